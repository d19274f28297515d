"""README.md of each module of Terraform: what stands in main.tf's first comment, and tables of inputs and outputs.

    terraform_docs.py TREE [--check]
"""

import pathlib
import re
import sys


def blocks(text: str, kind: str) -> list[tuple[str, str]]:
    """Name and body of each block. Files are formatted, so that a block ends at the first brace that starts a line."""
    return re.findall(rf'^{kind} "(\w+)" \{{\n(.*?)^\}}', text, re.M | re.S)


def argument(body: str, name: str) -> str | None:
    """An argument of the block itself, with what follows it as long as brackets are open or lines go deeper."""
    found = re.search(rf"^  {name}\s*= (.*?)(?=\n  \w|\n\n|\n  validation|\Z)", body, re.M | re.S)
    return found and " ".join(found[1].split())


def cell(text: str) -> str:
    return text.strip('"').replace("|", "\\|")


def readme(folder: pathlib.Path) -> str:
    main = (folder / "main.tf").read_text()
    about = " ".join(line[2:] for line in re.match(r"((?:# .*\n)+)", main)[1].splitlines())
    lines = [f"# Module `{folder.name}`", "", about, "", "## Inputs", "", "| name | type | default | what |", "| --- | --- | --- | --- |"]
    for name, body in blocks((folder / "variables.tf").read_text(), "variable"):
        default, kind, what = (argument(body, of) for of in ("default", "type", "description"))
        shown = "needed" if default is None else f"`{default}`"
        lines.append(f"| `{name}` | `{kind}` | {shown} | {cell(what)} |")
    lines += ["", "## Outputs", "", "| name | what |", "| --- | --- |"]
    for name, body in blocks((folder / "outputs.tf").read_text(), "output"):
        lines.append(f"| `{name}` | {cell(argument(body, 'description'))} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    tree, checks = pathlib.Path(sys.argv[1]), "--check" in sys.argv[2:]
    faults = []
    for folder in sorted((tree / "terraform/modules").iterdir()):
        made, file = readme(folder), folder / "README.md"
        if not checks:
            file.write_text(made)
        elif not file.exists() or file.read_text() != made:
            faults.append(f"terraform/modules/{folder.name}/README.md is not what its files say: make deploy-docs")
    sys.exit("\n".join(faults) or 0)


main()
