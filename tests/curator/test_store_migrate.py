"""Migrations, on both databases, from a checkout and from a wheel."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from curator.cli import main
from curator.store import migrate
from curator.store.models import Base
from curator.store.session import opened

ROOT = Path(__file__).parents[2]
HEAD = migrate.scripts().get_current_head()


def test_upgrade_makes_the_tables_of_the_models_and_downgrade_removes_them(database_url: str):
    with opened(database_url, create=True) as engine:
        migrate.upgrade(engine)
        assert set(inspect(engine).get_table_names()) == {*Base.metadata.tables, migrate.VERSION_TABLE}
        migrate.check(engine)
        migrate.downgrade(engine, "base")
        assert inspect(engine).get_table_names() == [migrate.VERSION_TABLE]
        migrate.upgrade(engine)
        migrate.check(engine)


def test_the_migrations_lead_to_the_models(engine: Engine):
    assert migrate.drift(engine) == []


def test_alembic_check_finds_no_drift(engine: Engine):
    environment = os.environ | {"DONGUI_DATABASE_URL": engine.url.render_as_string(hide_password=False)}
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "check"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert "No new upgrade operations detected" in done.stdout, done.stderr


def test_a_changed_table_is_told_as_drift(engine: Engine):
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE words ADD COLUMN gloss TEXT"))
    assert [difference[0] for difference in migrate.drift(engine)] == ["remove_column"]


def test_column_comments_are_in_the_database(engine: Engine):
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no column comments")
    comments = {column["name"]: column["comment"] for column in inspect(engine).get_columns("words")}
    assert comments["text"] == "The word, NFC; its identity"


def test_no_tables_yet_means_upgrade(database_url: str):
    with (
        opened(database_url, create=True) as engine,
        pytest.raises(migrate.SchemaMismatchError, match="no tables yet; run `curator db upgrade`"),
    ):
        migrate.check(engine)


def test_a_schema_that_is_older_than_the_code_means_upgrade(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    class Scripts:
        def get_current_head(self) -> str:
            return "9999"

        def walk_revisions(self) -> list[object]:
            return list(known)

    known = list(migrate.scripts().walk_revisions())
    monkeypatch.setattr(migrate, "scripts", Scripts)
    with pytest.raises(migrate.SchemaMismatchError, match=f"{HEAD}, older .* 9999; run `curator db upgrade`"):
        migrate.check(engine)


@pytest.mark.parametrize("use", [migrate.check, migrate.upgrade, lambda e: migrate.downgrade(e, "base")])
def test_a_schema_that_is_newer_than_the_code_is_refused_and_unharmed(engine: Engine, use):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrate.SchemaMismatchError, match="9999, which is newer .* upgrade dongui"):
        use(engine)
    assert migrate.current(engine) == "9999"
    assert "words" in inspect(engine).get_table_names()


def test_the_tables_of_something_else_are_left_alone(database_url: str):
    with opened(database_url, create=True) as engine:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE customers (id INTEGER)"))
        with pytest.raises(migrate.SchemaMismatchError, match=r"something else \(customers\)"):
            migrate.upgrade(engine)
        assert inspect(engine).get_table_names() == ["customers"]


def test_a_migration_that_fails_leaves_the_schema_as_it_was(engine: Engine):
    migrate.downgrade(engine, "base")
    with engine.begin() as connection:  # the migration makes this one late, after other tables
        connection.execute(text("CREATE TABLE evidence (id INTEGER)"))
    with pytest.raises(migrate.SchemaMismatchError, match="something else"):
        migrate.upgrade(engine)
    with (
        pytest.raises(DBAPIError, match="evidence"),
        migrate.migration_connection(engine) as (connection, config),
    ):
        config.attributes["connection"] = connection
        migrate.command.upgrade(config, "head")
    assert set(inspect(engine).get_table_names()) == {migrate.VERSION_TABLE, "evidence"}


def test_the_commands_upgrade_say_check_and_downgrade(tmp_path: Path):
    database = ["db", "--database", str(tmp_path / "words.db")]
    run = CliRunner().invoke
    assert run(main, [*database, "upgrade"]).output.strip().endswith(f"words.db: schema {HEAD}")
    assert run(main, [*database, "current"]).output.strip().endswith(f"schema {HEAD}")
    assert run(main, [*database, "check"]).exit_code == 0
    assert run(main, [*database, "downgrade", "base"], input="n\n").exit_code == 1
    assert run(main, [*database, "downgrade", "base", "--yes"]).output.strip().endswith("schema None")
    checked = run(main, [*database, "check"])
    assert checked.exit_code == 1
    assert "run `curator db upgrade`" in checked.output


def test_the_database_is_that_of_the_option_else_the_environment_else_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("DONGUI_DATABASE_URL", raising=False)
    config = tmp_path / "dongui.toml"
    config.write_text(f"database_url = '{tmp_path / 'file.db'}'")

    def made(*options: str) -> set[str]:
        done = CliRunner().invoke(main, ["--config", str(config), "db", *options, "upgrade"])
        assert done.exit_code == 0, done.output
        return {found.name for found in tmp_path.glob("*.db")}

    assert made() == {"file.db"}
    monkeypatch.setenv("DONGUI_DATABASE_URL", str(tmp_path / "environment.db"))
    assert made() == {"file.db", "environment.db"}
    assert made("--database", str(tmp_path / "option.db")) == {"file.db", "environment.db", "option.db"}


def test_a_broken_settings_file_is_one_line(tmp_path: Path):
    config = tmp_path / "dongui.toml"
    config.write_text("database = 3")
    done = CliRunner().invoke(main, ["--config", str(config), "db", "current"])
    known = "database_url, secret_key, oidc_issuer, oidc_client_id, oidc_client_secret"
    assert done.output == f"Error: {config} has the setting database; known are: {known}\n"


def test_a_command_on_a_missing_database_says_so_and_makes_none(tmp_path: Path):
    done = CliRunner().invoke(main, ["db", "--database", str(tmp_path / "words.db"), "current"])
    assert done.exit_code == 1
    assert "there is no database" in done.output
    assert list(tmp_path.iterdir()) == []


def test_upgrade_runs_from_a_wheel_without_the_checkout(tmp_path: Path):
    pytest.importorskip("hatchling", reason="a wheel without a network needs hatchling beside the tests")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "installed")
    code = (
        "import sys; sys.path = [p for p in sys.path if p != sys.argv[1]]; sys.meta_path = [f for f in"
        " sys.meta_path if '__editable__' not in str(f)]; sys.path.insert(0, sys.argv[2]);"
        " import curator; assert curator.__file__.startswith(sys.argv[2]), curator.__file__;"
        " from curator.cli import main; main(['db', '--database', 'words.db', 'upgrade'])"
    )
    arguments = [sys.executable, "-c", code, str(ROOT), str(tmp_path / "installed")]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"sqlite:///words.db: schema {HEAD}\n"
