"""HTML pages from Jinja2 templates.

Templates lie in the folder `templates` of their room and are named by their path within the
library, as `plots/templates/density_page.html`. The frame of every page is
`core/templates/page.html`. A rule reruns when a template that its script reaches changes,
because fingerprint.py follows these names.
"""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from spinlens.core.fingerprint import LIBRARY


def render(name: str, **values: object) -> str:
    """Fill a template.

    Parameters
    ----------
    name : str
        Path of the template within the library.
    **values : object
        What the template names. Text is escaped for HTML; `tojson` in a template makes JSON
        that is safe within a script element.

    Returns
    -------
    str
        The page.

    Raises
    ------
    jinja2.UndefinedError
        If the template names a value that is not given.
    ValueError
        If a value that becomes JSON holds a NaN or an infinity.
    """
    return _environment().get_template(name).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(LIBRARY),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
    return environment
