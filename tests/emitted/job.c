/* job.c: calls of an emitted model; see emitted.h. */
#include "emitted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, PATTERN = 0x5a };

static size_t pages(size_t bytes, size_t skew)
{
    return (bytes + skew + PAGE - 1) / PAGE * PAGE + PAGE;
}

void *guarded(size_t bytes, size_t skew)
{
    size_t all = pages(bytes, skew);
    char *at = (char *)mmap(NULL, all + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == (char *)MAP_FAILED || mprotect(at + all, PAGE, PROT_NONE) != 0 || mprotect(at, PAGE, PROT_NONE) != 0)
        exit(2);
    memset(at + PAGE, PATTERN, all - PAGE);
    return at + all - skew - bytes;
}

void guarded_free(void *memory, size_t bytes, size_t skew)
{
    size_t all = pages(bytes, skew);
    char *end = (char *)memory + bytes + skew, *at = end - all;
    for (char *c = at + PAGE; c < end; c++)
        if (*c != PATTERN && (c < (char *)memory || c >= (char *)memory + bytes)) {
            printf("written at %td of an array of %zu bytes\n", c - (char *)memory, bytes);
            exit(1);
        }
    munmap(at, all + PAGE);
}

size_t job_inner(const Job *job, int i)
{
    const Array *a = &job->m->array[i];
    return a->count * (a->clocks & 2 ? job->room[1] : 1);
}

static size_t outer(const Job *job, int i)
{
    return job->m->array[i].outer ? job->m->array[i].outer : 1;
}

static size_t steps(const Job *job, int i)
{
    return job->m->array[i].clocks & 1 ? job->room[0] : 1;
}

static void fill(Job *job, int i)
{
    int32_t tokens = job->m->array[i].tokens;
    size_t inner = job_inner(job, i), of = outer(job, i) * steps(job, i);
    for (size_t r = 0; r < of; r++)
        for (size_t k = 0; k < inner; k++) {
            size_t o = r / steps(job, i), t = r % steps(job, i);
            uint32_t mixed = (uint32_t)((size_t)i * 977 + o * 131 + t * 31 + k * 7 + 1) * 2654435761u >> 17;
            if (tokens)
                ((int32_t *)job->array[i])[r * inner + k] = (int32_t)(mixed % (uint32_t)tokens);
            else
                ((float *)job->array[i])[r * inner + k] = (float)(mixed % 64) / 16 - 2;
        }
}

Job job_new(const Model *m, int step, size_t first, size_t second, size_t skew)
{
    Job job = {.m = m, .step = step, .len = {first, second}, .skew = skew};
    for (int k = 0; k < CLOCKS; k++) {
        Kind kind = m->clock[k].kind;
        job.room[k] = kind == FIXED || kind == ENDS ? m->clock[k].most : kind == TICKS ? first : job.len[k];
        if (step && (k == 0 || kind == TICKS))
            job.room[k] = 1;
        job.gave[k] = 77;
    }
    for (int i = 0; i < m->inputs + m->outputs; i++) {
        job.bytes[i] = outer(&job, i) * steps(&job, i) * job_inner(&job, i) * sizeof(float);
        job.array[i] = job.own[i] = guarded(job.bytes[i], skew);
        if (i < m->inputs)
            fill(&job, i);
    }
    return job;
}

void job_free(Job *job)
{
    for (int i = 0; i < job->m->inputs + job->m->outputs; i++)
        guarded_free(job->own[i], job->bytes[i], job->skew);
}

int job_call(Job *job, void *net)
{
    for (int k = 0; k < CLOCKS; k++)
        job->give[k] = job->no_length >> k & 1 ? NULL : &job->gave[k];
    return (job->step ? job->m->step : job->m->run)(net, job->len, job->give, job->array);
}

int job_same(const Job *a, const Job *b)
{
    for (int i = a->m->inputs; i < a->m->inputs + a->m->outputs; i++) {
        const float *x = (const float *)a->own[i], *y = (const float *)b->own[i];
        if (a->bytes[i] != b->bytes[i])
            return 0;
        for (size_t k = 0; k < a->bytes[i] / sizeof(float); k++) {
            int both_nan = !a->m->array[i].tokens && x[k] != x[k] && y[k] != y[k];
            if (!both_nan && memcmp(x + k, y + k, sizeof(float)) != 0)
                return 0;
        }
    }
    return memcmp(a->gave, b->gave, sizeof a->gave) == 0;
}

int job_valid(const Job *job)
{
    const Model *m = job->m;
    int early = m->clock[0].kind == ENDS && !job->step ? 0 : m->clock[1].kind == TICKS ? 1 : -1; /* the clock whose length is given back */
    if (early >= 0 && (job->gave[early] > job->room[early] || (early == 0 && job->gave[0] < 1)))
        return 0;
    for (int i = m->inputs; i < m->inputs + m->outputs; i++) {
        const int32_t *token = (const int32_t *)job->own[i];
        int part = early >= 0 && m->array[i].clocks >> early & 1;
        size_t count = part ? job->gave[early] * m->array[i].count : job->bytes[i] / sizeof *token;
        for (size_t k = 0; k < count && m->array[i].tokens; k++)
            if (token[k] < 0 || token[k] >= m->array[i].tokens)
                return 0;
    }
    return 1;
}

/* Step t between the arrays of the whole and of one step; ticks go behind those that there were. */
static void move(Job *whole, Job *one, size_t t, int outputs)
{
    const Model *m = whole->m;
    for (int i = outputs ? m->inputs : 0; i < m->inputs + (outputs ? m->outputs : 0); i++) {
        int ticks = m->clock[1].kind == TICKS && m->array[i].clocks & 2;
        size_t row = (ticks ? m->array[i].count : job_inner(one, i)) * sizeof(float);
        for (size_t o = 0; o < outer(whole, i) && !(ticks && one->gave[1] == 0); o++) {
            size_t at = ticks ? whole->gave[1] : m->array[i].clocks & 1 ? o * whole->room[0] + t : o;
            char *there = (char *)whole->own[i] + at * row, *here = (char *)one->own[i] + o * row;
            memcpy(outputs ? there : here, outputs ? here : there, row);
        }
    }
    if (outputs && m->clock[1].kind == TICKS)
        whole->gave[1] += one->gave[1];
}

int job_steps(Job *whole, void *net, size_t from, size_t to)
{
    Job one = job_new(whole->m, 1, 1, whole->len[1], whole->skew);
    int well = 1;
    if (whole->m->clock[1].kind == TICKS && from == 0)
        whole->gave[1] = 0;
    for (size_t t = from; t < to; t++) {
        move(whole, &one, t, 0);
        well = well && job_call(&one, net) == OK && job_valid(&one);
        move(whole, &one, t, 1);
        if (whole->m->clock[0].kind == ENDS)
            whole->gave[0] = t + 1;
    }
    job_free(&one);
    return well;
}

int job_refused(Job *job, void *net, int status)
{
    const Model *m = job->m;
    Job before = *job;
    char *kept = (char *)malloc(m->net_bytes);
    int same = kept != NULL;
    if (kept && net)
        memcpy(kept, net, m->net_bytes);
    for (int i = 0; i < m->inputs + m->outputs; i++) {
        before.own[i] = malloc(job->bytes[i] + 1);
        memcpy(before.own[i], job->own[i], job->bytes[i]);
    }
    same = same && job_call(job, net) == status;
    same = same && (!net || memcmp(kept, net, m->net_bytes) == 0) && memcmp(job->gave, before.gave, sizeof job->gave) == 0;
    for (int i = 0; i < m->inputs + m->outputs; i++) {
        same = same && memcmp(before.own[i], job->own[i], job->bytes[i]) == 0;
        free(before.own[i]);
    }
    free(kept);
    return same;
}
