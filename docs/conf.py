"""Sphinx: `sphinx-build -W --keep-going -b html docs build/docs`, from the checkout, with the extra `docs`."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from docs.generate import write_all  # noqa: E402

from pyiccp import __version__  # noqa: E402

project = "pyiccp"
author = "The pyiccp authors"
copyright = "2026, the pyiccp authors"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["generate", "examples"]
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]
suppress_warnings = ["ref.python"]  # "type" of a signature is found in several classes as a field
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "mixed"

html_theme = "furo"
html_title = f"pyiccp {release}"
html_static_path = ["_static"]
html_css_files = ["pyiccp.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "friendly"
pygments_dark_style = "monokai"

write_all(HERE / "generated")
