#!/bin/sh
# The standard library as C: grammar/embed.sh FILE.rnn ... >std.c
# One string for each file, so that messages can name the file and the line.
echo '/* Made by grammar/embed.sh. */'
echo '#include "std.h"'
echo 'const StdFile std_files[] = {'
for file in "$@"; do
    echo "    {\"$(basename "$file")\","
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/     "/' -e 's/$/\\n"/' "$file"
    echo '    },'
done
echo '    {0, 0}'
echo '};'
