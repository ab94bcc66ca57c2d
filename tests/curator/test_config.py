"""Settings come from the environment first, then from the file, then from the defaults."""

from pathlib import Path

import pytest

from curator.config import Settings, load_settings


def test_without_anything_the_database_is_a_file_in_the_working_folder():
    assert load_settings({}) == Settings(database_url="dongui.db")


def test_the_environment_wins_over_the_file(tmp_path: Path):
    file = tmp_path / "dongui.toml"
    file.write_text('database_url = "file.db"\n')
    assert load_settings({}, file).database_url == "file.db"
    assert load_settings({"DONGUI_DATABASE_URL": "environment.db"}, file).database_url == "environment.db"


def test_an_empty_variable_is_none():
    assert load_settings({"DONGUI_DATABASE_URL": ""}).database_url == "dongui.db"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("database_url = ", "is no TOML file"),
        ('databaseurl = "x.db"', "has the setting databaseurl; known are: database_url"),
        ("database_url = 3", "database_url is 3; expected a text"),
    ],
)
def test_a_broken_file_is_named_with_what_was_expected(tmp_path: Path, content: str, message: str):
    file = tmp_path / "dongui.toml"
    file.write_text(content)
    with pytest.raises(ValueError, match=message):
        load_settings({}, file)


def test_a_missing_file_is_an_error(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        load_settings({}, tmp_path / "dongui.toml")
