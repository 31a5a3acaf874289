"""A page taken apart as a browser would, to be looked at without one."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser

_LOADING = {"src", "href", "data", "poster", "action", "srcset", "background"}


@dataclass
class Page(HTMLParser):
    """What stands on a page.

    Attributes:
        ids: Of all elements.
        loads: Values of the attributes from which a browser would load something.
        drawings: Id to text alternative of each chart.
        scripts: Attributes and content of each script.
        text: Visible text, by the id of its section.
    """

    ids: list = field(default_factory=list)
    loads: list = field(default_factory=list)
    drawings: dict = field(default_factory=dict)
    scripts: list = field(default_factory=list)
    text: dict = field(default_factory=dict)

    def __post_init__(self):
        super().__init__()
        self._section = ""
        self._inside = None

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        self.loads += [v for k, v in attrs if k in _LOADING and not (v or "").startswith("#")]
        if tag == "section":
            self._section = attributes["id"]
        if "drawing" in (attributes.get("class") or "").split():
            self.drawings[attributes["id"].removeprefix("chart-")] = attributes["aria-label"]
        self._inside = tag if tag in ("script", "style") else None
        if tag == "script":
            self.scripts.append([attributes, ""])

    def handle_endtag(self, tag):
        if tag == self._inside:
            self._inside = None

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1][1] += data
        elif self._inside is None:
            self.text[self._section] = self.text.get(self._section, "") + data

    def figure(self, name):
        """The data and layout of a chart."""
        (content,) = [
            c for attributes, c in self.scripts if attributes.get("id") == f"chart-{name}-data"
        ]
        return json.loads(content)


def read(text):
    page = Page()
    page.feed(text)
    page.close()
    return page
