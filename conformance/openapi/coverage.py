"""How much of a specification the document covers: operations, shapes of events, and fields of the initial state.

    coverage.py DOCUMENT FOLDER

The folder holds `endpoints.tsv`, `event-catalogue.tsv` and `register-fields.tsv`. What is missing is a list of things
to do, not a failure; what is named otherwise than in the specification is one.
"""

import csv
import json
import pathlib
import re
import sys


def rows(folder, name):
    with (folder / name).open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def report(what, wanted, present):
    missing = [name for name in wanted if name not in present]
    print(f"{what}: {len(wanted) - len(missing)} of {len(wanted)}")
    if missing:
        print(f"  missing: {', '.join(missing)}")


def shape(path):
    return re.sub(r"\{[^}]*\}", "{}", path)


def operations(document, table):
    served = {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    # What the server itself sends stands beside its paths.
    for name, methods in document.get("x-webhooks", {}).items():
        served |= {(method.upper(), f"/{name}"): operation for method, operation in methods.items()}
    wanted = {(row["method"], row["path"]): row for row in table}
    # `/users/{user_id}` and `/users/{email}` are one path here, which takes either.
    shapes = {(method, shape(path)) for method, path in served}
    present = {f"{method} {path}" for method, path in wanted if (method, shape(path)) in shapes}
    report("operations", [f"{method} {path}" for method, path in wanted], present)
    wrong = []
    for place, row in wanted.items():
        if place not in served:
            continue
        operation = served[place]
        # One operation of the table has no id; clients know it by its path.
        expected = row["operationId"] or place[1].strip("/") + "-" + place[0].lower()
        if operation["operationId"] != expected:
            wrong.append(f"{place}: the id is {operation['operationId']}, not {expected}")
        if row["tags"] and operation["tags"] != row["tags"].split(","):
            wrong.append(f"{place}: the tag is {operation['tags']}, not {row['tags']}")
    known = {(method, shape(path)) for method, path in wanted}
    beyond = [f"{method} {path}" for method, path in served if (method, shape(path)) not in known]
    print(f"  beyond it: {', '.join(beyond) or 'none'}")
    return wrong


def parameters(document, table):
    """Parameters of operations that are there."""
    wanted, present = [], set()
    for row in table:
        operation = document["paths"].get(row["path"], {}).get(row["method"].lower())
        if operation is None or row["parameters(name:type:required:encoding:location)"] == "-":
            continue
        names = [entry.split(":")[0].strip() for entry in row["parameters(name:type:required:encoding:location)"].split(";")]
        wanted += [f"{operation['operationId']}.{name}" for name in names]
        known = {parameter["name"] for parameter in operation.get("parameters", [])}
        for form in operation.get("requestBody", {}).get("content", {}).values():
            known |= set(form.get("schema", {}).get("properties", {}))
        present |= {f"{operation['operationId']}.{name}" for name in known}
    report("parameters of these operations", wanted, present)


def events(document, table):
    schemas = document["components"]["schemas"]
    present = set()
    for schema in schemas.values():
        properties = schema.get("properties", {})
        for kind in properties.get("type", {}).get("enum", []) if "id" in properties else []:
            present |= {f"{kind}/{op}" for op in properties.get("op", {}).get("enum", ["-"])}
    report("event shapes", [f"{row['type']}/{row['op']}" for row in table], present)


def initial_fields(document, table):
    fields = document["components"]["schemas"]["RegisterQueueResponse"]["properties"]
    report("register fields", [row["field"] for row in table], set(fields))


def main():
    document = json.loads(pathlib.Path(sys.argv[1]).read_text())
    folder = pathlib.Path(sys.argv[2])
    endpoints = rows(folder, "endpoints.tsv")
    wrong = operations(document, endpoints)
    parameters(document, endpoints)
    events(document, rows(folder, "event-catalogue.tsv"))
    initial_fields(document, rows(folder, "register-fields.tsv"))
    for line in wrong:
        print(f"WRONG: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
