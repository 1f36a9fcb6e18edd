/* ort.c: calls through the table of functions (OrtApi of onnxruntime_c_api.h, github.com/microsoft/onnxruntime). */
#include <stdio.h>
#include <stdlib.h>
#include "ort.h"

/* Places in the table. */
enum {
    GET_ERROR_MESSAGE = 2, CREATE_ENV = 3, CREATE_SESSION_FROM_ARRAY = 8, RUN = 9, CREATE_SESSION_OPTIONS = 10,
    SET_GRAPH_OPTIMIZATION_LEVEL = 23, SET_INTRA_OP_THREADS = 24, SET_INTER_OP_THREADS = 25, TENSOR_WITH_DATA = 49,
    CREATE_CPU_MEMORY_INFO = 69, RELEASE_SESSION = 95, RELEASE_VALUE = 96, RELEASE_SESSION_OPTIONS = 100
};
enum { VERSION = 17, LOG_ERRORS = 3, ALL_OPTIMIZATIONS = 99, DEVICE_ALLOCATOR = 0, DEFAULT_MEMORY = 0 };

typedef void (*Function)(void);
typedef void Status;                /* NULL: all is well */
typedef struct ApiBase {
    const Function *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
} ApiBase;
const ApiBase *OrtGetApiBase(void);

static const Function *api;
static void *environment, *memory;

#define CALL(place, types, ...) check(((Status * (*) types) api[place])(__VA_ARGS__))

static void check(Status *status)
{
    if (!status)
        return;
    fprintf(stderr, "ONNX Runtime: %s\n", ((const char *(*)(const Status *))api[GET_ERROR_MESSAGE])(status));
    exit(2);
}

static void start(void)
{
    if (api)
        return;
    api = OrtGetApiBase()->get_api(VERSION);
    if (!api)
        abort();
    CALL(CREATE_ENV, (int, const char *, void **), LOG_ERRORS, "bench", &environment);
    CALL(CREATE_CPU_MEMORY_INFO, (int, int, void **), DEVICE_ALLOCATOR, DEFAULT_MEMORY, &memory);
}

void *ort_session(const void *model, size_t size)
{
    void *options = NULL, *session = NULL;
    start();
    CALL(CREATE_SESSION_OPTIONS, (void **), &options);
    CALL(SET_GRAPH_OPTIMIZATION_LEVEL, (void *, int), options, ALL_OPTIMIZATIONS);
    CALL(SET_INTRA_OP_THREADS, (void *, int), options, 1);
    CALL(SET_INTER_OP_THREADS, (void *, int), options, 1);
    CALL(CREATE_SESSION_FROM_ARRAY, (const void *, const void *, size_t, const void *, void **), environment, model, size, options,
         &session);
    ((void (*)(void *))api[RELEASE_SESSION_OPTIONS])(options);
    return session;
}

void ort_session_free(void *session) { ((void (*)(void *))api[RELEASE_SESSION])(session); }

void *ort_tensor(const void *data, int type, size_t axes, const int64_t *sizes)
{
    void *value = NULL;
    size_t bytes = type == ORT_FLOAT ? sizeof(float) : sizeof(int64_t);
    for (size_t i = 0; i < axes; i++)
        bytes *= (size_t)sizes[i];
    start();
    CALL(TENSOR_WITH_DATA, (const void *, void *, size_t, const int64_t *, size_t, int, void **), memory, (void *)(size_t)data,
         bytes, sizes, axes, type, &value);
    return value;
}

void ort_tensor_free(void *tensor) { ((void (*)(void *))api[RELEASE_VALUE])(tensor); }

void ort_run(void *session, size_t inputs, const char *const *in, void *const *in_values, size_t outputs, const char *const *out,
             void **out_values)
{
    CALL(RUN, (void *, const void *, const char *const *, void *const *, size_t, const char *const *, size_t, void **), session,
         NULL, in, in_values, inputs, out, outputs, out_values);
}
