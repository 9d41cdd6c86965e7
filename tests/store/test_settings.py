"""Settings survive: good keys are kept, damaged files are copied aside, the user is told."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from studio.store.settings import Settings, help_for, load_settings, save_settings


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    settings = replace(Settings(), theme="light", backdrop="#ff00aa", count=200, embed_recipe=False)
    save_settings(file, settings)
    assert load_settings(file) == (settings, ())


def test_a_missing_file_is_no_news(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.json") == (Settings(), ())


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe", b'{"format": 99}', b""])
def test_a_damaged_file_is_copied_aside(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    settings, told = load_settings(file)
    assert settings == Settings()
    assert len(told) == 1 and "settings.damaged-1.json" in told[0]
    assert (tmp_path / "settings.damaged-1.json").read_bytes() == content


def test_good_keys_are_kept_beside_bad_ones(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    values = {"format": 1, "theme": "plaid", "count": True, "embed_recipe": False, "later": 1}
    file.write_text(json.dumps(values))
    settings, told = load_settings(file)
    assert settings == replace(Settings(), embed_recipe=False)
    assert "theme, count" in told[0]
    load_settings(file)
    assert (tmp_path / "settings.damaged-2.json").exists()


def test_every_setting_is_declared_with_help_and_an_allowed_default() -> None:
    for declared in fields(Settings):
        assert help_for(declared.name).endswith(".")
        assert Settings().check(declared.name)
