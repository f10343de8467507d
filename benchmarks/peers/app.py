"""The seed's template, the web side: Flask takes an asset, Celery gets the task, the caller an id."""

from uuid import uuid4

from flask import Flask, jsonify, request

from benchmarks.peers.tasks import states, validate

app = Flask(__name__)


@app.post("/assets/image")
def submit():
    body = request.get_json()
    asset = uuid4().hex
    states.hset(f"asset:{asset}", mapping={"state": "queued", "path": body["assetPath"]["path"]})
    validate.delay(asset, body["assetPath"]["path"], body["notifications"])
    return jsonify(id=asset, state="queued"), 202


@app.get("/assets/<asset>")
def read(asset):
    return jsonify(id=asset, **states.hgetall(f"asset:{asset}"))
