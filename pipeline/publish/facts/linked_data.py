"""What a page is about, for programs: a graph of schema.org in JSON-LD 1.1 (w3.org/TR/json-ld11).

The author is one ``Person`` on every page, by the id ``/#author``; the letter is a ``Periodical``, each edition an
issue of it, and what a post comments on are its citations. The text can stand in a script element as it is.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pipeline.model import Kind
from pipeline.publish.facts import places
from pipeline.publish.facts.catalogue import key_of, minutes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import Post, Source
    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.publish.facts.person import Person
    from pipeline.settings.sections import Settings, SiteSettings

Node = dict[str, Any]
_ESCAPED: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
"""What ends a script element, or begins a comment in it, whatever a title says."""
_LONGEST_HEADLINE: Final = 110


def of_post(post: Post, found: Catalogue, person: Person, settings: Settings) -> str:
    """Return the graph of a post's page."""
    site, page = settings.site, places.whole(settings.site, places.post_address(post))
    nodes = [_posting(post, page, person, site)]
    trail = [("Letter", f"{places.LETTER}/")] if post.kind is Kind.EDITION else []
    trail = trail or [(topic, places.topic_address(key_of(topic))) for topic in post.topics[:1]]
    nodes.append(_breadcrumbs([*trail, (post.title, places.post_address(post))], page, site))
    if post.kind is Kind.EDITION:
        nodes += [_periodical(site), _issue(post, page, found, site)]
    return _graph(nodes, _everywhere(person, site))


def of_page(kind: str, title: str, address: str, person: Person, settings: Settings) -> str:
    """Return the graph of a page that is no post: ``kind`` is its type in schema.org, such as CollectionPage."""
    site, page = settings.site, places.whole(settings.site, address)
    node: Node = {"@type": kind, "@id": page, "url": page, "name": title, "isPartOf": _ref(site, "#site")}
    node |= {"inLanguage": site.language}
    node |= {"mainEntity": _ref(site, "#author")} if kind == "ProfilePage" else {"author": _ref(site, "#author")}
    nodes = [node]
    nodes += [_periodical(site)] if address == f"{places.LETTER}/" else []
    nodes += [_breadcrumbs([(title, address)], page, site)] if address else []
    return _graph(nodes, _everywhere(person, site))


@lru_cache(maxsize=2)  # it is the same on every page
def _everywhere(person: Person, site: SiteSettings) -> str:
    """Return the nodes that stand on every page, as they stand there."""
    home = places.home(site)
    website: Node = {"@type": "WebSite", "@id": f"{home}#site", "url": home, "name": site.site_name}
    website |= {"description": site.site_description} if site.site_description else {}
    website |= {"inLanguage": site.language, "publisher": _ref(site, "#author")}
    return ",".join(map(_json, (_person(person, site), website)))


def _person(person: Person, site: SiteSettings) -> Node:
    home, basics = places.home(site), person.basics
    node: Node = {"@type": "Person", "@id": f"{home}#author", "name": person.name(site), "url": home}
    node |= {"jobTitle": basics.label} if basics.label else {}
    node |= {"description": basics.summary} if basics.summary else {}
    node |= {"image": places.whole(site, basics.image.lstrip("/"))} if _is_of_site(basics.image) else {}
    if basics.location.city:
        place = {"addressLocality": basics.location.city, "addressRegion": basics.location.region}
        place |= {"addressCountry": basics.location.country_code}
        node["address"] = {"@type": "PostalAddress", **{name: said for name, said in place.items() if said}}
    known = [word for skill in person.skills for word in (skill.name, *skill.keywords) if word]
    node |= {"knowsAbout": known} if known else {}
    node |= {"sameAs": [profile.url for profile in basics.profiles]} if basics.profiles else {}
    return node


def _is_of_site(image: str) -> bool:
    return bool(image) and "://" not in image and not image.startswith("//")


def _posting(post: Post, page: str, person: Person, site: SiteSettings) -> Node:
    author = _ref(site, "#author") | {"@type": "Person", "name": person.name(site), "url": places.home(site)}
    node: Node = {
        "@type": "BlogPosting",
        "@id": f"{page}#post",
        "headline": post.title[:_LONGEST_HEADLINE],
        "datePublished": post.date.isoformat(),
        "dateModified": (post.updated or post.date).isoformat(),
        "author": author,
        "publisher": _ref(site, "#author"),
        "mainEntityOfPage": page,
        "url": page,
        "isPartOf": _ref(site, "#site") if post.kind is not Kind.EDITION else {"@id": f"{page}#issue"},
        "inLanguage": site.language,
        "timeRequired": f"PT{minutes(post)}M",
        "image": places.whole(site, places.card_address(post)),
    }
    node |= {"description": post.summary} if post.summary else {}
    node |= {"keywords": list(post.topics)} if post.topics else {}
    node |= {"citation": [_citation(source) for source in post.sources]} if post.sources else {}
    return node


def _citation(source: Source) -> Node:
    node: Node = {"@type": "CreativeWork", "url": source.url, "name": source.title or source.url}
    node |= {"publisher": {"@type": "Organization", "name": source.publisher}} if source.publisher else {}
    node |= {"author": [{"@type": "Person", "name": name} for name in source.authors]} if source.authors else {}
    node |= {"datePublished": source.published.isoformat()} if source.published else {}
    return node


def _periodical(site: SiteSettings) -> Node:
    page = places.whole(site, f"{places.LETTER}/")
    name = f"{site.site_name}: the letter"
    return {
        "@type": "Periodical",
        "@id": f"{page}#letter",
        "name": name,
        "url": page,
        "publisher": _ref(site, "#author"),
    }


def _issue(post: Post, page: str, found: Catalogue, site: SiteSettings) -> Node:
    number = found.issues.get(post.path.name, len(found.editions) + 1)
    letter = places.whole(site, f"{places.LETTER}/#letter")
    return {
        "@type": "PublicationIssue",
        "@id": f"{page}#issue",
        "name": post.title,
        "issueNumber": number,
        "datePublished": post.date.isoformat(),
        "isPartOf": {"@id": letter},
    }


def _breadcrumbs(trail: Sequence[tuple[str, str]], page: str, site: SiteSettings) -> Node:
    steps = [(site.site_name, ""), *trail]
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": places.whole(site, address)}
        for number, (name, address) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "@id": f"{page}#breadcrumbs", "itemListElement": items}


def _ref(site: SiteSettings, name: str) -> Node:
    return {"@id": places.home(site) + name}


def _graph(nodes: Sequence[Node], everywhere: str) -> str:
    return f'{{"@context":"https://schema.org","@graph":[{everywhere},{",".join(map(_json, nodes))}]}}'


def _json(node: Node) -> str:
    return json.dumps(node, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
