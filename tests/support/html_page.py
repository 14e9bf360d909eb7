"""What a browser finds in an HTML page."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """Cells of the table by row, tags and attributes of a page."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.tags, self.attributes, self._in_cell = [], set(), {}, False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= dict(attrs)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data):
        if self._in_cell:
            self.rows[-1][-1] += data
