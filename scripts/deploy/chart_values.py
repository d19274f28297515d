"""What schemas of Kubernetes cannot tell of the chart: that values and their schema name the same things, and that each
variable of a container is a setting of its binary.

    chart_values.py TREE RENDERED…
"""

import json
import pathlib
import sys

import yaml

# Of each component, the list of settings that a test of its binary keeps equal to its options.
SETTINGS = {
    "gateway": "command/src/names/wikimovie-api.txt",
    "embedded": "command/src/names/wikimovie.txt",
    "worker": "command/src/names/wikimovie-ingest.txt",
    "operator": "command/src/names/wikimovie-ingest.txt",
}


def settings(root: pathlib.Path, component: str) -> set[str]:
    return set((root / SETTINGS[component]).read_text().split())


def paths_of_values(values: object, at: str = "") -> set[str]:
    """Paths down to the first thing that is no map, or an empty one."""
    if not isinstance(values, dict) or not values:
        return {at}
    return {path for name, value in values.items() for path in paths_of_values(value, f"{at}.{name}".lstrip("."))}


def paths_of_schema(schema: dict, at: str = "") -> set[str]:
    if "properties" not in schema or schema.get("additionalProperties") is not False:
        return {at}
    children = schema["properties"].items()
    return {path for name, child in children for path in paths_of_schema(child, f"{at}.{name}".lstrip("."))}


def check_schema(chart: pathlib.Path) -> list[str]:
    schema = json.loads((chart / "values.schema.json").read_text())
    definitions = schema.pop("$defs")

    def resolved(node):
        if isinstance(node, dict):
            if "$ref" in node:
                return resolved(definitions[node["$ref"].rsplit("/", 1)[1]])
            return {key: resolved(value) for key, value in node.items()}
        return node

    schema = resolved(schema)
    schema["properties"].pop("global")
    named, given = paths_of_schema(schema), paths_of_values(yaml.safe_load((chart / "values.yaml").read_text()))
    # Resources and remote keys are maps that the schema describes further than the values have them.
    below = lambda path, others: any(other.startswith(f"{path}.") or path.startswith(f"{other}.") for other in others)
    return [f"values.schema.json knows {path}, values.yaml does not" for path in sorted(named - given) if not below(path, given)] + [
        f"values.yaml has {path}, values.schema.json does not" for path in sorted(given - named) if not below(path, named)
    ]


def check_variables(root: pathlib.Path, rendered: pathlib.Path) -> tuple[int, list[str]]:
    count, faults = 0, []
    for resource in yaml.safe_load_all(rendered.read_text()):
        if not resource or resource["kind"] not in {"Deployment", "StatefulSet", "CronJob"}:
            continue
        spec = resource["spec"]
        for container in spec.get("jobTemplate", {"spec": spec})["spec"]["template"]["spec"]["containers"]:
            # Others are put beside ours by operators.
            if container["name"] not in SETTINGS:
                continue
            known = settings(root, container["name"])
            names = [variable["name"] for variable in container["env"]]
            count += len(names)
            what = f"{rendered.stem}: {container['name']}"
            faults += [f"{what}: {name} is no setting of its binary" for name in names if name not in known]
            faults += [f"{what}: {name} is set twice" for name in sorted({name for name in names if names.count(name) > 1})]
    return count, faults


def main() -> None:
    root, rendered = pathlib.Path(sys.argv[1]), [pathlib.Path(path) for path in sys.argv[2:]]
    faults, count = check_schema(root / "helm/wikimovie"), 0
    for file in rendered:
        if file.suffix == ".yaml":
            variables, found = check_variables(root, file)
            count, faults = count + variables, faults + found
    if not count:
        faults.append("no container has any variable")
    print("\n".join(faults) or f"{count} variables of {len(rendered)} value files are settings of their binaries")
    sys.exit(bool(faults))


main()
