"""Writes the generated pages of docs/."""

from pathlib import Path

import config_keys
import measurements
import messages
import notebook

PAGES = {
    "config_keys.md": config_keys.page,
    "messages.md": messages.page,
    "measurements.md": measurements.page,
    "notebook.md": notebook.page,
}


def write(folder: Path) -> None:
    """Write every generated page whose content has changed.

    Parameters
    ----------
    folder
        Folder that takes the pages.
    """
    folder.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        path, text = folder / name, page()
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
