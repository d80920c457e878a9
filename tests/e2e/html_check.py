"""Reads a page of the html format back: what it would load or run, ids and links, tables and figures by their path. Knows
nothing of how the page is made; Python's HTML parser judges, not the program."""
import base64
import hashlib
import html.parser
import re

VOID = {"meta", "br", "use", "path", "rect", "circle", "link", "img", "input", "hr"}
LOADS = {"src", "srcset", "data", "poster", "action", "formaction", "background", "ping", "manifest"}
OPTIONAL = {"td", "th", "tr", "li", "thead", "tbody", "p"}  # their ends may be left out


class Page(html.parser.HTMLParser):
    """.problems, .text, .title, .figures {path: (value or None, words)}, .tables [{rows, paths, cells}], .svg descriptions."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.problems, self.open, self.ids, self.anchors = [], [], set(), []
        self.figures, self.tables, self.descriptions, self.headings, self.links = {}, [], [], [], []
        self.words, self.title, self.policy, self.style = [], "", "", ""
        self.cell = None
        self.figure = None
        self.feed(text.replace("\xa0", " "))  # what keeps a figure beside its unit
        self.close()
        self.text = " ".join(" ".join(self.words).split())
        self.problems += [f"#{name} leads nowhere" for name in self.anchors if name not in self.ids]
        self.check_policy(text)

    def check_policy(self, text):
        hashed = base64.b64encode(hashlib.sha256(self.style.encode()).digest()).decode()
        directives = dict(part.strip().split(" ", 1) for part in self.policy.split(";") if part.strip())
        if directives.get("default-src") != "'none'" or directives.get("style-src") != f"'sha256-{hashed}'":
            self.problems.append(f"policy: {self.policy}")
        if {"script-src", "img-src", "connect-src", "font-src", "frame-src", "object-src"} & set(directives):
            self.problems.append(f"policy lets something in: {self.policy}")
        if re.search(r"@import|url\(", self.style):
            self.problems.append("the style loads something")
        if "\x00" in text or re.search("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]", text):
            self.problems.append("control characters")

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        given = dict(attrs)
        if tag in {"script", "iframe", "object", "embed", "link", "img", "form", "base", "audio", "video", "foreignobject", "input"}:
            self.problems.append(f"<{tag}>")
        self.problems += [f"<{tag} {name}>" for name in names if name.startswith("on") or name == "style" or name in LOADS and tag != "data"]
        if len(names) != len(set(names)):
            self.problems.append(f"<{tag}>: an attribute twice")
        if "id" in given:
            if given["id"] in self.ids:
                self.problems.append(f"id {given['id']} twice")
            self.ids.add(given["id"])
        href = given.get("href")
        if href is not None and href.startswith("#"):
            self.anchors.append(href[1:])
        elif href is not None:
            self.links.append(href)
            if not re.match(r"https?://", href):
                self.problems.append(f"link to {href}")
        self.anchors += (given.get("aria-labelledby") or "").split()
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]
        if tag == "table":
            self.tables.append({"rows": given.get("data-rows"), "classes": (given.get("class") or "").split(), "paths": [], "titles": [], "cells": []})
        if tag in {"tr", "td", "th", "tbody"}:
            self.end_cell()
        if tag == "tr" and self.tables:
            self.tables[-1]["cells"].append([])
        if tag in {"td", "th"}:
            self.cell = {"path": given.get("data-path"), "tag": tag, "head": "thead" in self.open, "text": "", "value": None}
        if tag == "data" and self.cell is not None:
            self.cell["value"] = float(given["value"])
        if tag not in VOID and not (tag == "use"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag and tag not in VOID:
            self.open.pop()

    def end_cell(self):
        cell, self.cell = self.cell, None
        if cell is None or not self.tables:
            return
        words = " ".join(cell["text"].split())
        table = self.tables[-1]
        if cell["head"]:
            table["paths"].append(cell["path"])
            table["titles"].append(words)
        else:
            table["cells"][-1].append(words)
            if cell["path"]:
                self.figures[cell["path"]] = (cell["value"], words)

    def handle_endtag(self, tag):
        if tag in {"td", "th", "tr", "table", "thead", "tbody"}:
            self.end_cell()
        if tag == "use":
            return
        while self.open and self.open[-1] != tag and self.open[-1] in OPTIONAL:
            self.open.pop()
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()
        if tag == "table":
            self.tables[-1]["cells"] = [row for row in self.tables[-1]["cells"] if row]

    def handle_data(self, data):
        if "style" in self.open:
            self.style += data
            return
        if "title" in self.open and "svg" not in self.open:
            self.title += data
            return
        if "desc" in self.open:
            self.descriptions.append(data)
            return
        if self.cell is not None:
            self.cell["text"] += data
        if self.open and self.open[-1] in {"h1", "h2", "h3"}:
            self.headings.append((self.open[-1], data))
        self.words.append(data)


def read(path):
    with open(path, encoding="utf-8") as file:
        return Page(file.read())
