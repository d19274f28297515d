"""JSON schemas that kubeconform reads without a network: Kubernetes' own resources, out of the Python package
kubernetes-validate, and those of operators, out of their definitions.

    schemas.py KUBERNETES FOLDER-OF-DEFINITIONS OUT
"""

import json
import pathlib
import sys

import kubernetes_validate
import yaml


def own(version: str, out: pathlib.Path) -> None:
    """The package's schemas point at an absolute address; beside each other they need none."""
    package = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
    for file in (package / f"v{version}.0-local-strict").glob("*.json"):
        schema = json.loads(file.read_text().replace('"/api/_definitions.json#', '"_definitions.json#'))
        schema.pop("$id", None)
        (out / file.name).write_text(json.dumps(schema))


def strict(schema):
    """The API server drops what a definition does not name; here it is refused, so that a slip is told."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(value) for key, value in schema.items()}
    named = isinstance(made.get("properties"), dict)
    is_open = made.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in made
    if named and made.get("type") == "object" and not is_open:
        made["additionalProperties"] = False
    if made.get("x-kubernetes-int-or-string"):
        made.pop("type", None)
    return made


def operators(definitions: pathlib.Path, out: pathlib.Path) -> None:
    for file in sorted(definitions.glob("*.yaml")):
        for definition in yaml.safe_load_all(file.read_text()):
            if not definition or definition.get("kind") != "CustomResourceDefinition":
                continue
            kind, group = definition["spec"]["names"]["kind"].lower(), definition["spec"]["group"].split(".")[0]
            for version in definition["spec"]["versions"]:
                schema = strict(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                (out / f"{kind}-{group}-{version['name']}.json").write_text(json.dumps(schema))


def main() -> None:
    version, definitions, out = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    out.mkdir(parents=True)
    own(version, out)
    operators(definitions, out)


main()
