/* ort.h: the few functions of ONNX Runtime's C API that are needed. The npm package has the shared library without a header; the
 * API is a table of functions whose order never changes, so the place in it is enough to know a function by. */
#ifndef ORT_H
#define ORT_H

#include <stddef.h>
#include <stdint.h>

enum { ORT_FLOAT = 1, ORT_INT64 = 7 };

/* A session of one thread with all optimisations. */
void *ort_session(const void *model, size_t size);
void ort_session_free(void *session);

/* A tensor over memory of the caller's. */
void *ort_tensor(const void *data, int type, size_t axes, const int64_t *sizes);
void ort_tensor_free(void *tensor);

/* Values by name; outputs are written to the memory of the tensors that are given. */
void ort_run(void *session, size_t inputs, const char *const *in, void *const *in_values, size_t outputs, const char *const *out,
             void **out_values);

#endif
