/* hostile.c: what a careless program does to emitted models: every check with a model of every kind (models.c).
 * `hostile` makes all checks; then it prints of what kind each number is that comes out of NaN and infinity. */
#include "emitted.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Model *m;   /* the one that is looked at */
static const char *check;
static void *work;
static Job want;         /* what the longest run from the start gives */
static int failures, checks;
#define HOLDS(what) \
    (void)(checks++, (what) || (printf("%s, %s, line %d: %s\n", m->name, check, __LINE__, #what), failures++))

static int stream(void)
{
    return m->step && m->clock[0].kind == ASKED && m->clock[0].most == 0;
}

/* How many steps of a clock these tests make. */
static size_t most(int clock)
{
    return m->clock[clock].most ? m->clock[clock].most : LONG;
}

static Job longest(void)
{
    return job_new(m, 0, most(0), most(1), 0);
}

static size_t steps_of(const Job *job)
{
    return m->clock[0].kind == ENDS ? job->gave[0] : job->room[0];
}

/* An instance, made of garbage, at the very end of its memory. */
static void *made(void)
{
    void *net = guarded(m->net_bytes, 0);
    memset(net, 0xff, m->net_bytes);
    memset(work, 0xff, m->work_bytes);
    HOLDS(m->init(net, work) == OK);
    return net;
}

static void thrown(void *net)
{
    guarded_free(net, m->net_bytes, 0);
}

/* Runs, or steps, from where the instance is, and compares with the longest run from the start. */
static void is_whole(void *net, int by_step)
{
    Job job = longest();
    HOLDS((by_step ? job_steps(&job, net, 0, steps_of(&want)) : job_call(&job, net) == OK) && job_same(&job, &want));
    job_free(&job);
}

static void restart(void *net)
{
    if (stream())
        m->reset(net);
}

/* ---- what is refused ---- */

static void each_null(Job *job, void *net)
{
    HOLDS(job_refused(job, NULL, NULL_));
    for (int i = 0; i < m->inputs + m->outputs; i++) {
        job->array[i] = NULL;
        HOLDS(job_refused(job, net, NULL_));
        job->array[i] = job->own[i];
    }
    for (int k = 0; k < CLOCKS; k++)
        if ((m->clock[k].kind == ENDS && !job->step) || m->clock[k].kind == TICKS) {
            job->no_length = 1u << k;
            HOLDS(job_refused(job, net, NULL_));
            job->no_length = 0;
        }
}

static void each_token(Job *job, void *net)
{
    for (int i = 0; i < m->inputs; i++) {
        size_t count = job->bytes[i] / sizeof(int32_t), places[] = {0, count - 1, count / 2};
        const int32_t wrong[] = {-1, m->array[i].tokens, INT32_MIN, INT32_MAX};
        int32_t *token = (int32_t *)job->array[i];
        for (int p = 0; p < 3 && m->array[i].tokens; p++)
            for (int w = 0; w < 4; w++) {
                int32_t kept = token[places[p]];
                token[places[p]] = wrong[w];
                HOLDS(job_refused(job, net, TOKEN));
                token[places[p]] = kept;
            }
    }
}

/* Lengths that are none, of each clock in turn; of one without a bound those of which no memory is large enough. */
static void each_length(Job *job, void *net)
{
    for (int k = job->step ? 1 : 0; k < CLOCKS; k++) {
        size_t kept = job->len[k], bound = m->clock[k].most, huge = SIZE_MAX / sizeof(float) + 1;
        const size_t wrong[] = {0, bound + 1, bound ? SIZE_MAX : huge, SIZE_MAX, SIZE_MAX / 2 + 1, SIZE_MAX / 4 + 2, huge / 2 + 1};
        for (size_t w = bound ? 0 : 2; w < sizeof wrong / sizeof *wrong && m->clock[k].kind == ASKED; w++) {
            job->len[k] = wrong[w];
            HOLDS(job_refused(job, net, LENGTH));
        }
        job->len[k] = kept;
    }
    for (int k = 0; k < CLOCKS && !m->clock[0].most && m->clock[1].kind == ASKED && !m->clock[1].most; k++) {
        Job large = *job; /* each fits, both do not */
        large.len[k] = SIZE_MAX / 64;
        HOLDS(job_refused(&large, net, LENGTH));
        large.len[!k] = 0;
        large.len[k] = SIZE_MAX;
        HOLDS(job_refused(&large, net, LENGTH));
    }
}

/* At the start, in the middle and at the end; then the instance goes on as if nothing had been. */
static void refused(void)
{
    for (int step = 0; step <= (m->step != NULL); step++) {
        size_t all = steps_of(&want);
        for (size_t cut = 0; cut <= (step ? all : 0); cut += all / 2 + 1) {
            void *net = made();
            Job whole = longest(), job = job_new(m, step, most(0), most(1), 0);
            HOLDS(!step || job_steps(&whole, net, 0, cut));
            each_null(&job, net);
            each_length(&job, net);
            each_token(&job, net);
            HOLDS((step ? job_steps(&whole, net, cut, all) : job_call(&whole, net) == OK) && job_same(&whole, &want));
            job_free(&whole);
            job_free(&job);
            thrown(net);
        }
    }
}

static void not_ready(void)
{
    void *none = NULL, *net = guarded(m->net_bytes, 0);
    for (int garbage = 0; garbage < 2; garbage++)
        for (int step = 0; step <= (m->step != NULL); step++) {
            Job job = job_new(m, step, most(0), most(1), 0);
            memset(net, garbage ? 0xa5 : 0, m->net_bytes);
            memcpy(net, &none, sizeof none);
            HOLDS(job_refused(&job, net, NULL_));
            HOLDS(m->init(NULL, work) == NULL_ && m->init(net, NULL) == NULL_ && m->init(NULL, NULL) == NULL_);
            HOLDS(job_refused(&job, net, NULL_));
            job_free(&job);
        }
    thrown(net);
    m->reset(NULL);
}

/* Steps after the last one: refused until there is a reset. */
static void after_the_end(void)
{
    if (!m->step || stream())
        return;
    void *net = made();
    for (int by_step = 0; by_step < 2; by_step++) {
        Job one = job_new(m, 1, 1, most(1), 0);
        is_whole(net, by_step);
        for (int i = 0; i < 3; i++)
            HOLDS(job_refused(&one, net, LENGTH));
        m->reset(net);
        is_whole(net, 1);
        m->reset(net);
        job_free(&one);
    }
    thrown(net);
}

/* ---- what is done, and in which order ---- */

/* Every length there can be, arrays as long as that and at every place in a vector. */
static void each_right_length(void)
{
    size_t first = stream() ? 0 : m->clock[0].kind == ASKED ? 1 : most(0), second = m->clock[1].kind == ASKED ? 1 : most(1);
    void *net = made();
    for (size_t a = first; a <= most(0); a++)
        for (size_t b = second; b <= most(1); b++) {
            Job job = job_new(m, 0, a, b, 0), moved = job_new(m, 0, a, b, (a + b * 5) % 16 * sizeof(float));
            HOLDS(job_call(&job, net) == OK && job_valid(&job));
            restart(net);
            memset(work, 0xff, m->work_bytes);
            HOLDS(job_call(&moved, net) == OK && job_same(&job, &moved));
            restart(net);
            for (int i = 0; i < m->inputs + m->outputs && m->step && b == most(1); i++) /* a part of the longest one */
                if (m->array[i].clocks & 1 && !m->array[i].outer)
                    HOLDS(memcmp(job.own[i], want.own[i], job.bytes[i]) == 0);
            job_free(&job);
            job_free(&moved);
        }
    thrown(net);
}

static void any_order(void)
{
    void *net = made();
    m->reset(net);
    is_whole(net, 0);
    restart(net);
    is_whole(net, 0);
    for (size_t cut = 0; m->step && cut <= steps_of(&want); cut++) {
        Job part = longest();
        m->reset(net);
        HOLDS(job_steps(&part, net, 0, cut));
        m->reset(net);
        m->reset(net);
        is_whole(net, (int)cut % 2);
        m->reset(net);
        HOLDS(job_steps(&part, net, 0, cut));
        restart(net);
        is_whole(net, 0); /* a bounded run starts afresh, whatever was before */
        HOLDS(m->init(net, work) == OK);
        is_whole(net, 1);
        job_free(&part);
    }
    HOLDS(m->init(net, work) == OK && m->init(net, work) == OK);
    is_whole(net, 0);
    thrown(net);
}

/* A run that left room, and steps after it. */
static void run_then_steps(void)
{
    for (size_t cut = stream() ? 0 : 1; m->step && m->clock[0].kind == ASKED && cut < most(0); cut++) {
        void *net = made();
        Job part = job_new(m, 0, cut, most(1), 0), whole = longest();
        HOLDS(job_steps(&whole, net, 0, cut));
        m->reset(net);
        HOLDS(job_call(&part, net) == OK);
        HOLDS(job_steps(&whole, net, cut, most(0)) && job_same(&whole, &want));
        job_free(&part);
        job_free(&whole);
        thrown(net);
    }
}

/* Turn and turn about in one work space, one a step ahead; scratch memory is garbage between the calls. */
static void two_instances(void)
{
    void *a = made(), *b = made();
    size_t all = steps_of(&want);
    Job one = longest(), other = longest();
    for (size_t t = 0; m->step && t <= all; t++) {
        HOLDS(t == all || job_steps(&one, a, t, t + 1));
        memset(work, (int)(0xff * (t % 2)), m->work_bytes);
        HOLDS(t == 0 || job_steps(&other, b, t - 1, t));
        memset(work, (int)(0x7f * (t % 3)), m->work_bytes);
    }
    HOLDS(!m->step || (job_same(&one, &want) && job_same(&other, &want)));
    restart(a);
    is_whole(a, 0);
    job_free(&one);
    job_free(&other);
    thrown(a);
    thrown(b);
}

/* A copy goes on; also out of a file, with the scratch memory and the addresses of another instance's init. */
static void copied(void)
{
    for (size_t cut = 0; m->step && cut <= steps_of(&want); cut++) {
        void *net = made(), *copy = guarded(m->net_bytes, 0), *room = guarded(m->work_bytes, 0);
        Job one = longest(), other = longest();
        HOLDS(job_steps(&one, net, 0, cut) && job_steps(&other, copy, 0, 0));
        for (int i = 0; i < m->inputs + m->outputs; i++)
            memcpy(other.own[i], one.own[i], one.bytes[i]);
        memcpy(other.gave, one.gave, sizeof one.gave);
        FILE *file = tmpfile();
        HOLDS(file && fwrite(net, m->net_bytes, 1, file) == 1);
        HOLDS(job_steps(&one, net, cut, steps_of(&want)) && job_same(&one, &want));
        memset(net, 0xff, m->net_bytes);
        rewind(file);
        HOLDS(fread(copy, m->net_bytes, 1, file) == 1 && fclose(file) == 0);
        memset(work, 0xff, m->work_bytes);
        memset(room, 0xff, m->work_bytes);
        if (cut % 2)
            memcpy(copy, &room, sizeof room);
        HOLDS(job_steps(&other, copy, cut, steps_of(&want)) && job_same(&other, &want));
        job_free(&one);
        job_free(&other);
        guarded_free(room, m->work_bytes, 0);
        thrown(net);
        thrown(copy);
    }
}

/* ---- numbers that are none ---- */

static const float strange[][2] = {{NAN, NAN}, {INFINITY, INFINITY}, {-INFINITY, -INFINITY}, {INFINITY, -INFINITY}, {1, NAN},
                                   {1e-40f, -1e-45f}, {3e38f, -3e38f}, {3e38f, 3e38f}};
static const char *const strange_names[] = {"nan", "inf", "-inf", "inf -inf", "1 nan"};
enum { STRANGE = sizeof strange / sizeof *strange, DETERMINED = sizeof strange_names / sizeof *strange_names };

/* Fills inputs from step `from` on. */
static void spoil(Job *job, const float value[2], size_t from)
{
    for (int i = 0; i < m->inputs; i++)
        if (!m->array[i].tokens && (from == 0 || m->array[i].clocks & 1))
            for (size_t k = from * job_inner(job, i); k < job->bytes[i] / sizeof(float); k++)
                ((float *)job->array[i])[k] = value[k % 2];
}

/* n for NaN, + and - for infinities, 0 for finite numbers, of tokens the number. */
static void print_kinds(const Job *job, const char *inputs)
{
    printf("%s %s:", m->name, inputs);
    for (int k = 0; k < CLOCKS; k++)
        if (m->clock[k].kind >= ENDS)
            printf(" length %zu", job->gave[k]);
    for (int i = m->inputs; i < m->inputs + m->outputs; i++) {
        int32_t last = -1;
        size_t first = m->step ? job_inner(job, i) : 1; /* of the numbers of a step all, then where they change */
        printf(" ");
        for (size_t k = 0; k < job->bytes[i] / sizeof(float); k++) {
            float value = ((float *)job->own[i])[k];
            int32_t kind = isnan(value) ? 'n' : isinf(value) ? (value > 0 ? '+' : '-') : '0';
            kind = m->array[i].tokens ? ((int32_t *)job->own[i])[k] % 10 + '0' : kind;
            printf("%.*s", k < first || kind != last, (const char[]){(char)kind, 0}); 
            last = kind;
        }
    }
    printf("\n");
}

static void strange_numbers(void)
{
    void *net = made();
    print_kinds(&want, "numbers");
    for (int s = 0; s < STRANGE; s++) {
        Job job = longest(), by_step = longest();
        spoil(&job, strange[s], 0);
        spoil(&by_step, strange[s], 0);
        restart(net);
        HOLDS(job_call(&job, net) == OK && job_valid(&job));
        m->reset(net);
        HOLDS(!m->step || (job_steps(&by_step, net, 0, steps_of(&job)) && job_same(&job, &by_step)));
        if (s < DETERMINED)
            print_kinds(&job, strange_names[s]);
        restart(net);
        is_whole(net, 0); /* nothing of it is left */
        job_free(&job);
        job_free(&by_step);
    }
    thrown(net);
}

/* From the third step on: those before are as they were. */
static void strange_later(void)
{
    void *net = made();
    Job job = longest();
    spoil(&job, strange[0], 3);
    HOLDS(job_call(&job, net) == OK && job_valid(&job));
    for (int i = m->inputs; i < m->inputs + m->outputs && m->step; i++)
        if (m->array[i].clocks & 1 && !m->array[i].outer)
            HOLDS(memcmp(job.own[i], want.own[i], 3 * job_inner(&job, i) * sizeof(float)) == 0);
    job_free(&job);
    thrown(net);
}

#define CHECK(name) {#name, name}
static const struct {
    const char *name;
    void (*run)(void);
} all[] = {
    CHECK(refused), CHECK(not_ready), CHECK(after_the_end), CHECK(each_right_length), CHECK(any_order), CHECK(run_then_steps),
    CHECK(two_instances), CHECK(copied), CHECK(strange_numbers), CHECK(strange_later),
};

int main(void)
{
    models_start();
    for (int i = 0; i < model_count; i++) {
        m = &models[i];
        check = "the longest run";
        work = guarded(m->work_bytes, 0);
        want = longest();
        void *net = made();
        HOLDS(job_call(&want, net) == OK && job_valid(&want));
        thrown(net);
        for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
            check = all[k].name;
            all[k].run();
        }
        job_free(&want);
        guarded_free(work, m->work_bytes, 0);
    }
    fprintf(stderr, "%d checks\n", checks);
    return failures != 0;
}
