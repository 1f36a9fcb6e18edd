#!/bin/sh
# Fetches the shared library of ONNX Runtime for this machine out of its npm package: tests/bench/onnxruntime.sh FOLDER.
# Exit status 1, with a line that says why, if it cannot be had.
folder=$1
version=1.30.0
checksum=6e3390d6b783e7be946fad629292799da28d0b42f84856e50d2c1b0383291e75
url=https://registry.npmjs.org/onnxruntime-node/-/onnxruntime-node-$version.tgz

[ -f "$folder/libonnxruntime.so.1" ] && exit 0
case $(uname -sm) in
    "Linux x86_64") member=package/bin/napi-v6/linux/x64/libonnxruntime.so.1 ;;
    "Linux aarch64") member=package/bin/napi-v6/linux/arm64/libonnxruntime.so.1 ;;
    *) echo "onnxruntime: the npm package has none for this machine" >&2; exit 1 ;;
esac
command -v curl >/dev/null || { echo "onnxruntime: needed is curl" >&2; exit 1; }
new=$folder/new
rm -rf "$new"
mkdir -p "$new" || exit 1
trap 'rm -rf "$new"' EXIT
echo "Fetching onnxruntime-node $version (114 MB) from npm" >&2
curl -sSf --connect-timeout 20 -m 900 -o "$new/package.tgz" "$url" || { echo "onnxruntime: it could not be fetched" >&2; exit 1; }
echo "$checksum  $new/package.tgz" | sha256sum --check --status || { echo "onnxruntime: $version is not what it was" >&2; exit 1; }
tar xzf "$new/package.tgz" -C "$new" "$member" || exit 1
mv "$new/$member" "$folder/"
