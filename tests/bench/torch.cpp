/* torch.cpp: on PyTorch's C++ library: its own layers where it has them, otherwise its operators, step by step, as one
 * writes a cell of one's own there. */
#include <cmath>
#include <cstring>
#include <vector>
#include <torch/torch.h>
extern "C" {
#include "bench.h"
}

namespace {

using torch::Tensor;

/* One of its recurrent layers, or a cell of operators; `tensor` has the weights in our order. */
struct Step {
    Layer layer;
    std::vector<Tensor> tensor;
    torch::nn::LSTM lstm{nullptr};
    torch::nn::GRU gru{nullptr};
    torch::nn::RNN rnn{nullptr};
    Tensor h, c;
};

struct Net {
    std::vector<Step> steps;
    long m, n;
};

template <class Module> void set_weights(Module &module, const std::vector<Tensor> &tensor)
{
    auto parameters = module->named_parameters();
    const char *const names[] = {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"};
    for (size_t i = 0; i < 4; i++)
        parameters[names[i]].data().copy_(tensor[i]);
    module->flatten_parameters();
    module->eval();
}

Step make_step(const Layer &layer)
{
    Step step{layer, {}, nullptr, nullptr, nullptr, {}, {}};
    size_t rows, columns;
    long m = static_cast<long>(layer.m), n = static_cast<long>(layer.n);
    for (size_t i = 0; layer_tensor(&layer, i, &rows, &columns); i++) {
        std::vector<long> sizes;
        if (rows)
            sizes.push_back(static_cast<long>(rows));
        if (columns)
            sizes.push_back(static_cast<long>(columns));
        step.tensor.push_back(torch::from_blob(const_cast<float *>(layer.tensor[i]), sizes).clone());
    }
    if (layer.kind == LSTM)
        set_weights(step.lstm = torch::nn::LSTM(m, n), step.tensor);
    else if (layer.kind == GRU)
        set_weights(step.gru = torch::nn::GRU(m, n), step.tensor);
    else if (layer.kind == RNN)
        set_weights(step.rnn = torch::nn::RNN(m, n), step.tensor);
    bool own = layer.kind == LSTM || layer.kind == GRU || layer.kind == RNN;
    step.h = own ? torch::zeros({1, 1, n}) : torch::zeros({n});
    step.c = step.h.clone();
    return step;
}

Tensor squashed(Step &s, const Tensor &x)
{
    auto gates = (torch::linear(x, s.tensor[0], s.tensor[2]) + torch::linear(s.h, s.tensor[1], s.tensor[3])).chunk(4);
    s.c = torch::sigmoid(torch::sigmoid(gates[1]) * s.c + torch::sigmoid(gates[0]) * torch::tanh(gates[2]));
    return s.h = torch::sigmoid(gates[3]) * torch::tanh(s.c);
}

Tensor gru_before(Step &s, const Tensor &x)
{
    long n = static_cast<long>(s.layer.n);
    auto in = torch::linear(x, s.tensor[0], s.tensor[2]);
    auto &U = s.tensor[1], &d = s.tensor[3];
    auto gates = torch::sigmoid(in.narrow(0, 0, 2 * n) + torch::linear(s.h, U.narrow(0, 0, 2 * n), d.narrow(0, 0, 2 * n)));
    auto r = gates.narrow(0, 0, n), z = gates.narrow(0, n, n);
    auto candidate = torch::tanh(in.narrow(0, 2 * n, n) + torch::linear(r * s.h, U.narrow(0, 2 * n, n), d.narrow(0, 2 * n, n)));
    return s.h = (1 - z) * candidate + z * s.h;
}

Tensor fastgrnn(Step &s, const Tensor &x)
{
    auto &t = s.tensor;
    auto a = torch::mv(t[0], torch::mv(t[1].t(), x)) + torch::mv(t[2], torch::mv(t[3].t(), s.h));
    auto z = torch::sigmoid(a + t[4]);
    return s.h = (t[6] * (1 - z) + t[7]) * torch::tanh(a + t[5]) + z * s.h;
}

Tensor attention(Step &s, const Tensor &q)
{
    auto p = torch::softmax(torch::mv(s.tensor[0], q) / std::sqrt(static_cast<float>(s.layer.m)), 0);
    return torch::mv(s.tensor[1].t(), p);
}

/* All steps of a layer; x is [steps, 1, m]. */
Tensor forward(Step &s, const Tensor &x)
{
    Tensor y;
    if (s.layer.kind == LSTM) {
        auto [out, state] = s.lstm->forward(x, std::make_tuple(s.h, s.c));
        std::tie(s.h, s.c) = state;
        return out;
    }
    if (s.layer.kind == GRU)
        std::tie(y, s.h) = s.gru->forward(x, s.h);
    else if (s.layer.kind == RNN)
        std::tie(y, s.h) = s.rnn->forward(x, s.h);
    else if (s.layer.kind == DENSE)
        y = torch::linear(x, s.tensor[0], s.tensor[1]);
    else {
        std::vector<Tensor> all;
        for (long t = 0; t < x.size(0); t++) {
            auto in = x[t][0];
            all.push_back(s.layer.kind == SQUASHED ? squashed(s, in) : s.layer.kind == GRU_BEFORE ? gru_before(s, in)
                          : s.layer.kind == FASTGRNN ? fastgrnn(s, in) : attention(s, in));
        }
        y = all.size() == 1 ? all[0] : torch::stack(all);
    }
    return y;
}

void *create(const Network *network)
{
    torch::InferenceMode guard;
    torch::set_num_threads(1);
    auto *net = new Net{{}, static_cast<long>(network->layer[0].m), static_cast<long>(network->layer[network->layers - 1].n)};
    for (size_t i = 0; i < network->layers; i++)
        net->steps.push_back(make_step(network->layer[i]));
    return net;
}

void run(void *self, size_t steps, const float *x, float *y)
{
    torch::InferenceMode guard;
    auto *net = static_cast<Net *>(self);
    auto value = torch::from_blob(const_cast<float *>(x), {static_cast<long>(steps), 1, net->m});
    for (auto &step : net->steps)
        value = forward(step, value);
    std::memcpy(y, value.contiguous().data_ptr<float>(), steps * static_cast<size_t>(net->n) * sizeof *y);
}

void step(void *self, const float *x, float *y) { run(self, 1, x, y); }

void destroy(void *self) { delete static_cast<Net *>(self); }

} // namespace

extern "C" const Contender *contender(void)
{
    static const Contender torch_contender = {"PyTorch", create, run, step, destroy};
    return &torch_contender;
}
