"""What of the documentation is drawn or written from the code: by `conf.py`, at every build, into `docs/generated`."""

from pathlib import Path

from docs.generate import commands, cores, machines, octets


def write_all(folder: Path) -> None:
    """Every generated page of *folder*; what is as it was is not touched, so that Sphinx need not read it again."""
    for generator in (machines, octets, cores, commands):
        for name, text in generator.pages().items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or target.read_text(encoding="utf-8") != text:
                target.write_text(text, encoding="utf-8")
