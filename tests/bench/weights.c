/* weights.c: writes the weights of a network as safetensors, for rnnc: weights NETWORKS.txt NAME FILE.
 * The tensors are called LAYER.TENSOR, "0.W". */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "bench.h"

/* The header is JSON: each tensor's type, shape and place. Gives its length. */
static size_t make_header(const Network *network, char *out, size_t room)
{
    size_t used = 0, offset = 0, rows, columns;
    const char *name;
    for (size_t l = 0; l < network->layers; l++)
        for (size_t i = 0; (name = layer_tensor(&network->layer[l], i, &rows, &columns)) != NULL; i++) {
            size_t bytes = sizeof(float) * (rows ? rows : 1) * (columns ? columns : 1);
            char shape[64] = "";
            if (rows)
                snprintf(shape, sizeof shape, columns ? "%zu,%zu" : "%zu", rows, columns);
            used += (size_t)snprintf(out + used, room - used, "%s\"%zu.%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}",
                                     used ? "," : "{", l, name, shape, offset, offset + bytes);
            offset += bytes;
        }
    return used + (size_t)snprintf(out + used, room - used, "}");
}

static int write_weights(const Network *network, const char *path)
{
    char header[4096];
    unsigned char length[8];
    size_t used = make_header(network, header, sizeof header), rows, columns;
    FILE *file = fopen(path, "wb");
    if (!file)
        return 0;
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)((uint64_t)used >> 8 * i);
    fwrite(length, 1, sizeof length, file);
    fwrite(header, 1, used, file);
    for (size_t l = 0; l < network->layers; l++)
        for (size_t i = 0; layer_tensor(&network->layer[l], i, &rows, &columns) != NULL; i++)
            fwrite(network->layer[l].tensor[i], sizeof(float), (rows ? rows : 1) * (columns ? columns : 1), file);
    return fclose(file) == 0;
}

int main(int argc, char **argv)
{
    char row[512];
    FILE *file = argc == 4 ? fopen(argv[1], "r") : NULL;
    if (!file) {
        fputs("usage: weights NETWORKS.txt NAME FILE\n", stderr);
        return 2;
    }
    while (fgets(row, sizeof row, file)) {
        Network network;
        size_t length = strlen(argv[2]);
        if (strncmp(row, argv[2], length) != 0 || !strchr(" \t", row[length]) || network_read(&network, row) != 1)
            continue;
        fclose(file);
        if (!write_weights(&network, argv[3])) {
            perror(argv[3]);
            return 1;
        }
        network_free(&network);
        return 0;
    }
    fprintf(stderr, "weights: %s has no %s\n", argv[1], argv[2]);
    return 1;
}
