"""What a person can do with a system that has just started."""

import json
import shlex

from infra.places import api_url, page_url, public_endpoint
from infra.seed import ADMIN, PASSWORD, QAS


def welcome(port: int, receiver: str, ready: str, assets: str) -> str:
    """The URLs of page and API, lines to paste, and who can sign in; `receiver` is its URL as the functions see it."""
    api = api_url(public_endpoint(port))
    good = {
        "assetPath": {"location": "local", "path": "./images/foo"},
        "notifications": {name: f"{receiver}/{name}" for name in ("onStart", "onSuccess", "onFailure")},
    }
    broken = {
        "assetPath": {"location": "local", "path": "./images/png-named.jpg"},
        "notifications": {"onStart": "nowhere", "onSuccess": "ftp://a/b", "onFailure": f"{receiver}/onFailure"},
    }
    return f"""
Snapjury runs here ({ready}): {page_url(public_endpoint(port))}

Sign in there as {", ".join(QAS)} (QAs) or {ADMIN} (admin), all with the password {PASSWORD}.
The API is at {api}

For the command line (.venv/bin/snapjury --help), as the admin:

  export SNAPJURY_URL={api} SNAPJURY_USER={ADMIN} SNAPJURY_PASSWORD={PASSWORD}

Submit a good image, then one with everything wrong with it, then see what became of them:

  {post(f"{api}/assets/image", good)}

  {post(f"{api}/assets/image", broken)}

  curl -sw '\\n' '{api}/assets?state=success&limit=1'

  curl -sw '\\n' '{api}/assets?state=failed&limit=1'

Sign in as a QA and get a random set of snapshots to review, ten to begin with (vote with PUT, as the README shows):

  TOKEN=$({sign_in(api, "kevin")} | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
  curl -sw '\\n' -H "authorization: Bearer $TOKEN" -XPOST {api}/sessions

Images for the location "local" lie in {assets}; webhooks to {receiver} are shown here."""


def sign_in(api: str, name: str) -> str:
    """A curl command that answers a token."""
    return post(f"{api}/auth/token", {"name": name, "password": PASSWORD})


def post(url: str, body: object) -> str:
    """A curl command that posts JSON, to be pasted into a shell."""
    return f"curl -sw '\\n' -H 'content-type: application/json' -XPOST {url} -d {shlex.quote(json.dumps(body))}"
