"""What a cluster does, one task after the other in this process; and an analyser that needs no model."""

from miner.morphology.base import EojeolPool, Pos


class PlainCluster:
    """Runs tasks where they are asked for."""

    def map(self, function, tasks, *, description, resource=None):
        return map(function, tasks)

    def check_folder(self, folder):
        pass


class SyllableAnalyzer:
    """A noun in two pieces, and a particle where the eojeol ends in one."""

    name = "syllables"
    n_too_long = 0
    too_long = ()

    def analyze(self, sentences):
        pool = EojeolPool()
        for sentence in sentences:
            yield [pool.eojeol(surface, tuple(self.morphemes(surface, pool))) for surface in sentence.split()]

    @staticmethod
    def morphemes(surface, pool):
        stem, particle = (surface[:-1], surface[-1]) if surface[-1] in "을를이가" else (surface, "")
        half = (len(stem) + 1) // 2
        for part in (stem[:half], stem[half:]):
            if part:
                yield pool.morpheme(part, Pos.NOUN, part)
        if particle:
            yield pool.morpheme(particle, Pos.PARTICLE, particle)
