#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
Writes the bill of materials of a Debian package that is being built: SPDX 2.3 as JSON, with each file and its SHA-256, and
each package whose libraries its programs are linked with: version, origin and licence as dpkg has them on the building machine.
The same build writes the same bytes.

usage: deploy/sbom.py PACKAGE FOLDER      in a source tree with debian/; FOLDER: as it will be installed, with its DEBIAN/control.
                                          Writes FOLDER/usr/share/doc/PACKAGE/PACKAGE.spdx.json
"""
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys

# Debian's short names, where SPDX has another for the same licence.
SPDX = {"Expat": "MIT", "BSD-3-clause": "BSD-3-Clause", "BSD-2-clause": "BSD-2-Clause", "Apache-2": "Apache-2.0",
        "LGPL-2.1": "LGPL-2.1-only", "LGPL-2.1+": "LGPL-2.1-or-later", "LGPL-2": "LGPL-2.0-only", "LGPL-2+": "LGPL-2.0-or-later",
        "GPL-2": "GPL-2.0-only", "GPL-2+": "GPL-2.0-or-later", "zlib": "Zlib"}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def spdx_id(*words):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]+", "-", "-".join(words))


def licence_of(package):
    """What the package's copyright file says of `Files: *`, or None where it does not in so many words."""
    try:
        with open("/usr/share/doc/%s/copyright" % package, encoding="utf-8") as file:
            text = file.read()
    except OSError:
        return None
    found = re.search(r"^Files:\s*\*\s*\n(?:(?!\n\n).)*?^License:[ \t]*(\S+)[ \t]*$", text, re.M | re.S)
    return found and found[1]


def shipped(folder, own):
    """(path in the package, bytes), links and control files aside."""
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if os.path.join(top, f) != os.path.join(folder, "DEBIAN"))
        for name in sorted(names):
            path = os.path.join(top, name)
            if not os.path.islink(path) and path != own:
                with open(path, "rb") as file:
                    yield "./" + os.path.relpath(path, folder), file.read()


def needed(path):
    """Where the libraries lie that an ELF file names itself."""
    names = re.findall(r"NEEDED +(\S+)", run("objdump", "-p", path))
    return {place for name, place in re.findall(r"(\S+) => (/\S+)", run("ldd", path)) if name in names}


def libraries_of(folder, files):
    """Debian's packages of the libraries that programs are linked with directly, as dpkg calls them."""
    places = set()
    for path, data in files:
        if data.startswith(b"\x7fELF"):
            places |= needed(os.path.join(folder, path))
    if not places:
        return []
    # dpkg knows a file as it was packed, which may be below /usr or not.
    names = {place: {place, os.path.realpath(place), "/usr" + place, place.removeprefix("/usr")} for place in places}
    found = subprocess.run(["dpkg-query", "-S", *set().union(*names.values())], capture_output=True, text=True).stdout
    owners = {path: package for package, path in (line.split(": ", 1) for line in found.splitlines())}
    nobodys = [place for place in places if not names[place] & owners.keys()]
    if nobodys:
        sys.exit("sbom.py: no package has " + " ".join(nobodys))
    return sorted({owners[path] for place in places for path in names[place] & owners.keys()})


def describe(packages):
    """An SPDX package for each of Debian's."""
    shown = run("dpkg-query", "-W", "-f", "${Package}\t${Version}\t${source:Package}\t${source:Version}\t${Maintainer}\n",
                *packages) if packages else ""
    return [library(*line.split("\t")) for line in sorted(shown.splitlines())]


def library(name, version, source, source_version, supplier):
    licence = licence_of(name)
    return {
        "SPDXID": spdx_id("Package", name), "name": name, "versionInfo": version, "supplier": "Organization: Debian",
        "originator": "Organization: " + supplier, "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
        "sourceInfo": "built from Debian's source package %s %s" % (source, source_version),
        "licenseConcluded": "NOASSERTION", "licenseDeclared": SPDX.get(licence, licence if licence in SPDX.values() else "NOASSERTION"),
        "licenseComments": "Debian's copyright file: " + (licence or "more than one licence, or no machine-readable list"),
        "copyrightText": "NOASSERTION",
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                          "referenceLocator": "pkg:deb/debian/%s@%s" % (name, version)}],
    }


def file_entry(path, data):
    return {"SPDXID": "SPDXRef-File-" + hashlib.sha1(path.encode()).hexdigest(), "fileName": path,
            "checksums": [{"algorithm": kind.upper(), "checksumValue": hashlib.new(kind, data).hexdigest()}
                          for kind in ("sha1", "sha256")],
            "licenseConcluded": "NOASSERTION", "licenseInfoInFiles": ["NOASSERTION"], "copyrightText": "NOASSERTION"}


def main():
    package, folder = sys.argv[1:]
    out = os.path.join(folder, "usr/share/doc", package, package + ".spdx.json")
    with open(os.path.join(folder, "DEBIAN/control"), encoding="utf-8") as file:
        control = dict(line.split(": ", 1) for line in file.read().split("\n") if re.match(r"\w+: ", line))
    version, architecture = control["Version"], control["Architecture"]
    made = int(os.environ.get("SOURCE_DATE_EPOCH") or run("dpkg-parsechangelog", "-S", "Timestamp"))
    files = list(shipped(folder, out))
    entries = [file_entry(*file) for file in files]
    libraries = describe(libraries_of(folder, files))
    sums = "".join(sorted(e["checksums"][0]["checksumValue"] for e in entries))
    code = hashlib.sha1(sums.encode()).hexdigest()
    own = spdx_id("Package", package)
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": "%s_%s_%s" % (package, version, architecture),
        "documentNamespace": "urn:sluice:spdx:%s:%s:%s:%s" % (package, version, architecture, code),
        "creationInfo": {"created": datetime.datetime.fromtimestamp(made, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
                         "creators": ["Tool: sluice-sbom-" + version]},
        "documentDescribes": [own],
        "packages": [{
            "SPDXID": own, "name": package, "versionInfo": version, "downloadLocation": "NOASSERTION", "filesAnalyzed": True,
            "packageVerificationCode": {"packageVerificationCodeValue": code,
                                        "packageVerificationCodeExcludedFiles": [
                                            "./" + os.path.relpath(out, folder)]},
            "licenseConcluded": "BSD-3-Clause", "licenseDeclared": "BSD-3-Clause", "licenseInfoFromFiles": ["NOASSERTION"],
            "copyrightText": "Copyright (c) 2026, the Sluice authors",
            "hasFiles": [e["SPDXID"] for e in entries],
        }] + libraries,
        "files": entries,
        "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": own}] +
                         [{"spdxElementId": own, "relationshipType": "DYNAMIC_LINK", "relatedSpdxElement": e["SPDXID"]}
                          for e in libraries],
    }
    os.makedirs(os.path.dirname(out), exist_ok=True)
    with open(out, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
