"""The documentation as a reader has it: pages over HTTP, and the examples on them, ready to be copied."""

import dataclasses
import html.parser
import urllib.request


@dataclasses.dataclass(frozen=True)
class Example:
    page: str
    language: str
    number: int
    code: str
    # The code of the error that it shows, if it is one that fails.
    error: str | None

    def __str__(self):
        return f"{self.page}, {self.language} {self.number}"


class Reader(html.parser.HTMLParser):
    """Tabs with their code, links of the list of pages, and code that stands alone."""

    def __init__(self, page):
        super().__init__()
        self.page = page
        self.examples, self.links, self.blocks = [], [], []
        self._open = []  # of each element that is open: its name and what it tells about what is in it
        self._code = None

    def _told(self, key):
        return next((told[key] for _, told in reversed(self._open) if told.get(key)), None)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in ("meta", "link", "input", "img", "br", "hr"):
            return
        told = {"answer": attributes.get("data-answer"), "pages": tag == "nav"}
        if attributes.get("role") == "tabpanel":
            told["language"] = attributes["data-language"]
        self._open.append((tag, told))
        if tag == "a" and self._told("pages"):
            self.links.append(attributes["href"])
        if tag == "code" and len(self._open) > 1 and self._open[-2][0] == "pre":
            self._code = ""

    def handle_data(self, data):
        if self._code is not None:
            self._code += data

    def handle_endtag(self, tag):
        if tag == "code" and self._code is not None:
            language = self._told("language")
            if language:
                number = sum(example.language == language for example in self.examples)
                self.examples.append(Example(self.page, language, number, self._code, self._told("answer")))
            else:
                self.blocks.append(self._code)
            self._code = None
        while self._open and self._open.pop()[0] != tag:
            pass


def read(site, page):
    name = "" if page == "index" else page
    with urllib.request.urlopen(f"{site}/api/{name}", timeout=20) as answer:
        reader = Reader(page)
        reader.feed(answer.read().decode())
        return reader


def names(site):
    """All pages, in the order of the list on each of them."""
    links = read(site, "index").links
    return [link.removeprefix("/api/") or "index" for link in links]


def example(site, wanted):
    """The same example as another server shows it."""
    [found] = [
        example
        for example in read(site, wanted.page).examples
        if (example.language, example.number) == (wanted.language, wanted.number)
    ]
    return found


def rc_file(site, email, key):
    """The configuration file as the documentation shows it, filled in with an account."""
    [text] = [block for block in read(site, "configuring-python-bindings").blocks if block.startswith("[api]")]
    return text.replace("you@example.com", email).replace("THE-API-KEY", key)
