"""Compares recorded answers with a specification of the API.

    conformity.py FOLDER SPECIFICATION

FOLDER has files of lines `[method, path, status, answer]`, and `["SURVIVED", kinds]` for kinds of events that were in the
log as a start after a crash finds it; the specification is OpenAPI 3.0 in YAML. The comparison is strict: an answer has
no field that the specification does not name. What differs for a reason is listed, with the reason, in
`exceptions.json` beside this file; an exception that nothing needs is said to be one.
"""

import collections
import json
import pathlib
import re
import sys

import jsonschema_rs
import yaml

HERE = pathlib.Path(__file__).parent
# Of a request that names what is not there, whatever the request is.
ERRORS = ("NonExistingChannelIdError", "NonExistingChannelNameError")
KEPT = ("type", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")


class Specification:
    def __init__(self, path):
        self.document = yaml.load(path.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.definitions = {}
        self.validators = {}
        self.paths = [
            (re.compile("/" + "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts)), methods)
            for path, methods in self.document["paths"].items()
            for parts in [path.strip("/").split("/")]
        ]

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def response(self, method, path, status):
        """The operation's id and its schema, if this answer is described."""
        fitting = [methods for pattern, methods in self.paths if pattern.fullmatch(path) and method.lower() in methods]
        if not fitting:
            return None, None
        # A path without variables comes first.
        exact = self.document["paths"].get(path, {})
        operation = (exact if method.lower() in exact else fitting[0])[method.lower()]
        response = operation.get("responses", {}).get(str(status))
        if response is None:
            return operation["operationId"], None
        content = self.resolve(response).get("content", {}).get("application/json")
        return operation["operationId"], content and content.get("schema")

    def plain(self, node):
        """A JSON schema that says the same: parts that belong together are one, so that other fields can be refused."""
        if "$ref" in node:
            name = node["$ref"].rsplit("/", 1)[1]
            if name not in self.definitions:
                self.definitions[name] = None
                self.definitions[name] = self.plain(self.resolve(node))
            return {"$ref": f"#/definitions/{name}"}
        node = self.joined(node)
        schema = {key: node[key] for key in KEPT if key in node}
        for key in ("oneOf", "anyOf"):
            if key in node:
                schema["anyOf"] = [self.plain(part) for part in node[key]]
        if "items" in node:
            schema["items"] = self.plain(node["items"])
        if "properties" in node:
            schema["properties"] = {name: self.plain(part) for name, part in node["properties"].items()}
            schema["required"] = node.get("required", [])
        others = node.get("additionalProperties")
        if others is not None and "anyOf" not in schema:
            schema["additionalProperties"] = self.plain(others) if isinstance(others, dict) else others
        if node.get("nullable"):
            return {"anyOf": [schema, {"type": "null"}]}
        return schema

    def joined(self, node):
        """The node with what it is all of put into it."""
        if "allOf" not in node:
            return node
        whole = {key: value for key, value in node.items() if key != "allOf"}
        for part in node["allOf"]:
            part = self.joined(self.resolve(part))
            for key, value in part.items():
                if key == "properties":
                    whole["properties"] = {**whole.get("properties", {}), **value}
                elif key == "required":
                    whole["required"] = sorted({*whole.get("required", []), *value})
                else:
                    whole.setdefault(key, value)
        return whole

    def validator(self, schema):
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            whole = {**self.plain(schema), "definitions": self.definitions}
            self.validators[key] = jsonschema_rs.Draft7Validator(whole)
        return self.validators[key]

    def events(self):
        """The schemas of events by type and operation."""
        answer = self.joined(self.resolve(self.response("GET", "/events", 200)[1]))
        named = collections.defaultdict(list)
        for schema in self.resolve(answer["properties"]["events"]["items"])["oneOf"]:
            fields = self.joined(self.resolve(schema))["properties"]
            operation = self.values(fields["op"]) if "op" in fields else [None]
            for name in self.values(fields["type"]):
                for op in operation:
                    named[name, op].append(schema)
        return named

    def errors(self):
        """The schemas of errors that any operation may answer."""
        handling = self.document["paths"]["/rest-error-handling"]["post"]["responses"]["400"]
        return [handling["content"]["application/json"]["schema"], *({"$ref": f"#/components/schemas/{name}"} for name in ERRORS)]

    def values(self, field):
        field = self.joined(self.resolve(field))
        return field.get("enum", [None])


def form(value):
    """What is the same of answers that are alike."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{form(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(sorted({form(item) for item in value})) + "]"
    return type(value).__name__


def recorded(folder, survived):
    """Answers, one of each kind that are alike; events are for themselves. Adds the kinds of events that survived."""
    seen, total = set(), 0
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.open():
            method, path, *rest = json.loads(line)
            if method == "SURVIVED":
                survived.update(path)
                continue
            status, answer = rest
            total += 1
            events = answer.pop("events", []) if path == "/events" and method == "GET" else []
            for item in [(method, path, status, answer), *(("event", None, None, event) for event in events)]:
                route = re.sub(r"/\d+", "/{}", item[1] or "")
                key = (item[0], route, item[2], item[3].get("type"), item[3].get("op"), item[3].get("code"), form(item[3]))
                if key not in seen:
                    seen.add(key)
                    yield item
    assert total, f"no answers were recorded in {folder}"
    print(f"{total} answers, {len(seen)} that differ in form")


def mismatches(specification, folder, triggered, survived):
    """What differs: where, and how. Adds the kinds of events that there were, and that survived a crash."""
    events = specification.events()
    for method, path, status, answer in recorded(folder, survived):
        if method == "event":
            name = (answer["type"], answer.get("op"))
            triggered.add(name)
            schemas, where = events.get(name, []), f"event {name[0]}/{name[1] or '-'}"
            if not schemas:
                yield where, "is not in the specification", answer
                continue
        else:
            operation, schema = specification.response(method, path, status)
            if operation is None or schema is None and status != 200:
                continue
            schemas, where = [schema or {}], f"{operation} {status}"
            if path == "/events" and method == "GET" and status == 200:
                answer["events"] = []
            if status == 400:
                schemas = [*schemas, *specification.errors()]
        attempts = [list(specification.validator(schema).iter_errors(answer)) for schema in schemas]
        for error in min(attempts, key=len):
            yield where, describe(error), answer


def describe(error):
    place = "/".join("*" if isinstance(part, int) or str(part).isdigit() else str(part) for part in error.instance_path)
    message = re.sub(r"^.{60,}? is not ", "… is not ", error.message.split("\n")[0])
    return f"{place or '.'}: {message[:300]}"


def main(folder, path):
    exceptions = json.loads((HERE / "exceptions.json").read_text())
    specification = Specification(path)
    used, triggered, survived = set(), set(), set()
    differing = {}
    for where, how, answer in mismatches(specification, folder, triggered, survived):
        reason = next((key for key in exceptions if re.fullmatch(key, f"{where} {how}")), None)
        used.add(reason)
        if reason is None:
            differing.setdefault((where, how), answer)
    for (where, how), answer in sorted(differing.items(), key=lambda item: item[0]):
        print(f"{where} {how}\n    {json.dumps(answer)[:300]}")
    known = specification.events().keys()
    print(f"events that tests triggered: {len(triggered & known)} of {len(known)} types and operations")
    never = sorted(f"{name}/{op or '-'}" for name, op in known - triggered)
    print(f"  never: {', '.join(never) or 'none'}")
    lost = sorted({f"{name}/{op}" if op else name for name, op in known & triggered} - survived)
    print(f"  not in the log, so gone after a crash: {', '.join(lost) or 'none'}")
    for key in exceptions.keys() - used:
        print(f"no answer needs the exception {key!r}")
    print(f"{len(differing)} differences, {len(used - {None})} kinds of exceptions")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
