"""The WordPress REST interface of the make-believe site: `/wp-json/wp/v2/posts`.

Rule: parameters, headers and errors as WordPress has them (REST API Handbook, "Pagination").
"""

import json
import math
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from markupsafe import escape

from scraper.sample import pages
from scraper.sample.content import Article
from scraper.sample.documents import Document, Visit
from scraper.sample.studio import LANGUAGES, Studio

JSON = "application/json; charset=UTF-8"


def root(visit: Visit) -> Document:
    """Say what the interface is of."""
    told = {"name": "Ombrelle Animation", "home": visit.base, "namespaces": ["wp/v2"]}
    return _json(told)


def posts(visit: Visit) -> Document:
    """Answer as WordPress does: newest first, totals in headers, 400 past the last page."""
    asked = visit.request.query_params
    try:
        size, number = int(asked.get("per_page", 10)), int(asked.get("page", 1))
        after = (
            datetime.fromisoformat(asked["modified_after"]) if "modified_after" in asked else None
        )
    except ValueError:
        return _error("rest_invalid_param", "Invalid parameter(s)")
    if not 1 <= size <= 100 or number < 1:
        return _error("rest_invalid_param", "Invalid parameter(s): per_page, page")
    found = _selected(visit.studio, asked.get("lang"), after, asked.get("slug"))
    last = math.ceil(len(found) / size)
    if number > max(1, last):
        return _error(
            "rest_post_invalid_page_number",
            "The page number requested is larger than the number of pages available.",
        )
    fields = [name for name in asked.get("_fields", "").split(",") if name]
    part = found[(number - 1) * size : number * size]
    headers = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(last)}
    return _json([_picked(_as_post(article, visit.base), fields) for article in part], headers)


def post(visit: Visit) -> Document:
    """Answer with one post by its id."""
    number = visit.request.path_params["id"]
    found = next((a for a in visit.studio.articles if a.id == number), None)
    if found is None:
        return _error("rest_post_invalid_id", "Invalid post ID.", 404)
    return _json(_as_post(found, visit.base))


def _selected(
    studio: Studio, lang: str | None, after: datetime | None, slug: str | None
) -> list[Article]:
    """Return the articles that the parameters leave, newest first; no language means all."""
    spoken = [code for code in LANGUAGES if lang in {None, code}]
    found = [article for code in spoken for article in studio.newest(code)]
    if after:
        moment = after if after.tzinfo else after.replace(tzinfo=UTC)
        found = [article for article in found if article.modified > moment]
    if slug:
        found = [article for article in found if unquote(article.slug) == unquote(slug)]
    return sorted(found, key=lambda a: (a.published, a.id), reverse=True)


def _as_post(article: Article, base: str) -> dict[str, Any]:
    excerpt = article.standfirst or (article.intro[0] if article.intro else "")
    return {
        "id": article.id,
        "date": f"{article.published:%Y-%m-%dT%H:%M:%S}",
        "date_gmt": f"{article.published:%Y-%m-%dT%H:%M:%S}",
        "modified": f"{article.modified:%Y-%m-%dT%H:%M:%S}",
        "modified_gmt": f"{article.modified:%Y-%m-%dT%H:%M:%S}",
        "slug": article.slug.lower(),
        "status": "publish",
        "type": "post",
        "lang": article.lang,
        "link": base + article.path,
        "title": {"rendered": str(escape(article.title))},
        "content": {"rendered": pages.article_body(article, base), "protected": False},
        "excerpt": {"rendered": f"<p>{escape(excerpt)}</p>\n", "protected": False},
    }


def _picked(post: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """Return the fields that `_fields` names, such as `id` or `title.rendered`; all if none."""
    if not fields:
        return post
    picked: dict[str, Any] = {}
    for name in fields:
        top, _, below = name.partition(".")
        if top not in post:
            continue
        if below:
            picked.setdefault(top, {})[below] = post[top].get(below)
        else:
            picked[top] = post[top]
    return picked


def _json(told: Any, headers: dict[str, str] | None = None) -> Document:
    text = json.dumps(told, separators=(",", ":"))
    return Document(text.encode(), JSON, headers=headers or {})


def _error(code: str, message: str, status: int = 400) -> Document:
    told = {"code": code, "message": message, "data": {"status": status}}
    return Document(json.dumps(told).encode(), JSON, status)
