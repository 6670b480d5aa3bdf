//! Turns the published weights of all-MiniLM-L6-v2 (safetensors) into the ONNX graph
//! that Kindred embeds with. It owns the graph and nothing else: where weights come
//! from and where the file goes is `assets`.
//!
//! The graph, with `b` texts of `s` tokens, uses ONNX Runtime's fused operators (domain
//! `com.microsoft`), so that little is left between the matrix products:
//!
//! ```text
//! input_ids, attention_mask, token_type_ids          b x s, int64
//!   EmbedLayerNormalization                          b x s x 384
//!   six times:
//!     MatMul q, MatMul k, MatMul v                   b x s x 384 each
//!     MultiHeadAttention(bias of q k v, mask)        b x s x 384, twelve heads
//!     MatMul, SkipLayerNormalization(bias)           b x s x 384
//!     MatMul, BiasGelu                               b x s x 1536
//!     MatMul, SkipLayerNormalization(bias)           b x s x 384
//!   MatMul with the mask as a 1 x s row              b x 1 x 384
//!   LpNormalization                                  b x 384, unit length
//! sentence_embedding
//! ```
//!
//! Pooling and normalising happen in the graph, so that the hidden states, hundreds of
//! times larger than the vectors, never leave ONNX Runtime. The mean over a text's
//! tokens is their sum here: it differs by a factor, which normalising takes away.
//! Padding has mask 0 and adds nothing to the sum.

use anyhow::{Context as _, Result, ensure};
use safetensors::{Dtype, SafeTensors};

use crate::protobuf::Message;

const LAYERS: usize = 6;
const HEADS: i64 = 12;
const HIDDEN: usize = 384;
/// From the model's `config.json`; the runtime's own default is 1e-5.
const LAYER_NORM_EPSILON: f32 = 1e-12;

const FUSED: &str = "com.microsoft";
const OPSET: i64 = 17;
/// The oldest file format that may hold opset 17.
const IR_VERSION: i64 = 8;

/// The ONNX file for the weights in `safetensors`.
pub(crate) fn minilm_from_safetensors(safetensors: &[u8]) -> Result<Vec<u8>> {
    let weights = Weights(SafeTensors::deserialize(safetensors)?);
    let mut graph = Graph::default();
    graph.string(field::graph::NAME, "all-MiniLM-L6-v2");
    for input in ["input_ids", "attention_mask", "token_type_ids"] {
        graph.value(field::graph::INPUT, input, INT64, &[Dim::Any("batch"), Dim::Any("tokens")]);
    }
    let dims = [Dim::Any("batch"), Dim::Exactly(HIDDEN as i64)];
    graph.value(field::graph::OUTPUT, "sentence_embedding", FLOAT, &dims);

    embeddings(&mut graph, &weights)?;
    for layer in 0..LAYERS {
        attention(&mut graph, &weights, layer)?;
        feed_forward(&mut graph, &weights, layer)?;
    }
    pooling(&mut graph);
    Ok(model(graph))
}

/// Sums word, position and token type embeddings; leaves the result in `hidden_0`.
fn embeddings(graph: &mut Graph, weights: &Weights<'_>) -> Result<()> {
    for name in ["input_ids", "attention_mask", "token_type_ids"] {
        let node = Node::new("Cast", &[name], &format!("{name}_i32"));
        graph.node(node.int("to", i64::from(INT32)));
    }
    for table in ["word_embeddings", "position_embeddings", "token_type_embeddings"] {
        graph.floats(table, &weights.read(&format!("embeddings.{table}.weight"))?);
    }
    graph.floats("embeddings_gamma", &weights.read("embeddings.LayerNorm.weight")?);
    graph.floats("embeddings_beta", &weights.read("embeddings.LayerNorm.bias")?);
    let inputs = [
        "input_ids_i32",
        "token_type_ids_i32",
        "word_embeddings",
        "position_embeddings",
        "token_type_embeddings",
        "embeddings_gamma",
        "embeddings_beta",
    ];
    // The second output, a mask index, is required by the operator and read by nobody.
    let node = Node::fused("EmbedLayerNormalization", &inputs, "hidden_0");
    graph.node(node.output("mask_index").float("epsilon", LAYER_NORM_EPSILON));
    Ok(())
}

/// Reads `hidden_{layer}`, leaves the result in `attended_{layer}`.
fn attention(graph: &mut Graph, weights: &Weights<'_>, layer: usize) -> Result<()> {
    let prefix = format!("encoder.layer.{layer}.attention");
    let hidden = format!("hidden_{layer}");
    let mut bias = Tensor { shape: vec![3 * HIDDEN], values: Vec::new() };
    for part in ["query", "key", "value"] {
        let weight = weights.read(&format!("{prefix}.self.{part}.weight"))?.transposed();
        let name = format!("{part}_{layer}");
        graph.floats(&format!("{name}_weight"), &weight);
        graph.node(Node::new("MatMul", &[&hidden, &format!("{name}_weight")], &name));
        bias.values.extend(weights.read(&format!("{prefix}.self.{part}.bias"))?.values);
    }
    let bias_name = format!("query_key_value_{layer}_bias");
    graph.floats(&bias_name, &bias);
    let [query, key, value, mixed] =
        ["query", "key", "value", "mixed"].map(|name| format!("{name}_{layer}"));
    let inputs = [&*query, &*key, &*value, &*bias_name, "attention_mask_i32"];
    graph.node(Node::fused("MultiHeadAttention", &inputs, &mixed).int("num_heads", HEADS));
    let names =
        Projection { input: &mixed, residual: &hidden, output: format!("attended_{layer}") };
    project_and_normalise(graph, weights, &format!("{prefix}.output"), &names)
}

/// Reads `attended_{layer}`, leaves the result in `hidden_{layer + 1}`.
fn feed_forward(graph: &mut Graph, weights: &Weights<'_>, layer: usize) -> Result<()> {
    let prefix = format!("encoder.layer.{layer}");
    let attended = format!("attended_{layer}");
    let [wide, active] = ["wide", "active"].map(|name| format!("{name}_{layer}"));
    let dense = format!("{prefix}.intermediate.dense");
    graph
        .floats(&format!("{wide}_weight"), &weights.read(&format!("{dense}.weight"))?.transposed());
    graph.floats(&format!("{wide}_bias"), &weights.read(&format!("{dense}.bias"))?);
    graph.node(Node::new("MatMul", &[&attended, &format!("{wide}_weight")], &wide));
    graph.node(Node::fused("BiasGelu", &[&wide, &format!("{wide}_bias")], &active));
    let output = format!("hidden_{}", layer + 1);
    let names = Projection { input: &active, residual: &attended, output };
    project_and_normalise(graph, weights, &format!("{prefix}.output"), &names)
}

/// The values a projection reads and writes.
struct Projection<'a> {
    input: &'a str,
    residual: &'a str,
    output: String,
}

/// `output = layer norm(input x weight + bias + residual)`.
fn project_and_normalise(
    graph: &mut Graph,
    weights: &Weights<'_>,
    prefix: &str,
    Projection { input, residual, output }: &Projection<'_>,
) -> Result<()> {
    let name = |part: &str| format!("{output}_{part}");
    graph.floats(&name("weight"), &weights.read(&format!("{prefix}.dense.weight"))?.transposed());
    graph.floats(&name("bias"), &weights.read(&format!("{prefix}.dense.bias"))?);
    graph.floats(&name("gamma"), &weights.read(&format!("{prefix}.LayerNorm.weight"))?);
    graph.floats(&name("beta"), &weights.read(&format!("{prefix}.LayerNorm.bias"))?);
    graph.node(Node::new("MatMul", &[input, &name("weight")], &name("product")));
    let (product, gamma, beta, bias) = (name("product"), name("gamma"), name("beta"), name("bias"));
    let inputs = [&*product, residual, &*gamma, &*beta, &*bias];
    let node = Node::fused("SkipLayerNormalization", &inputs, output);
    graph.node(node.float("epsilon", LAYER_NORM_EPSILON));
    Ok(())
}

/// Sums the last hidden states of real tokens and scales the sum to unit length.
fn pooling(graph: &mut Graph) {
    graph.integers("axis_1", &[1]);
    graph.node(Node::new("Cast", &["attention_mask"], "mask_f32").int("to", i64::from(FLOAT)));
    graph.node(Node::new("Unsqueeze", &["mask_f32", "axis_1"], "mask_row"));
    let last = format!("hidden_{LAYERS}");
    graph.node(Node::new("MatMul", &["mask_row", &last], "sum_row"));
    graph.node(Node::new("Squeeze", &["sum_row", "axis_1"], "sum"));
    let node = Node::new("LpNormalization", &["sum"], "sentence_embedding");
    graph.node(node.int("axis", 1).int("p", 2));
}

fn model(graph: Graph) -> Vec<u8> {
    let mut model = Message::default();
    model.int(field::model::IR_VERSION, IR_VERSION);
    model.string(field::model::PRODUCER_NAME, "Kindred");
    model.bytes(field::model::GRAPH, &graph.message.into_bytes());
    for (domain, version) in [("", OPSET), (FUSED, 1)] {
        model.message(field::model::OPSET_IMPORT, |opset| {
            opset.string(field::opset::DOMAIN, domain).int(field::opset::VERSION, version);
        });
    }
    model.into_bytes()
}

/// `f32` numbers, row-major.
struct Tensor {
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl Tensor {
    /// Rows become columns: PyTorch stores a layer as `out x in`, `MatMul` wants `in x out`.
    fn transposed(&self) -> Self {
        let &[rows, columns] = &*self.shape else { unreachable!("only matrices are transposed") };
        let mut values = Vec::with_capacity(self.values.len());
        for column in 0..columns {
            values.extend((0..rows).map(|row| self.values[row * columns + column]));
        }
        Self { shape: vec![columns, rows], values }
    }
}

struct Weights<'a>(SafeTensors<'a>);

impl Weights<'_> {
    fn read(&self, name: &str) -> Result<Tensor> {
        let view = self.0.tensor(name).with_context(|| format!("the weights lack {name}"))?;
        ensure!(view.dtype() == Dtype::F32, "{name} holds {:?}, not f32", view.dtype());
        let (values, _) = view.data().as_chunks();
        let values = values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        Ok(Tensor { shape: view.shape().to_vec(), values })
    }
}

/// A graph being written.
#[derive(Default)]
struct Graph {
    message: Message,
}

enum Dim {
    Any(&'static str),
    Exactly(i64),
}

impl Graph {
    fn string(&mut self, field: u32, value: &str) {
        self.message.string(field, value);
    }

    /// Declares an input or output.
    fn value(&mut self, field: u32, name: &str, element: i32, dims: &[Dim]) {
        self.message.message(field, |value| {
            value.string(field::value::NAME, name).message(field::value::TYPE, |kind| {
                kind.message(field::value::TENSOR_TYPE, |tensor| {
                    tensor.int(field::value::ELEMENT, i64::from(element));
                    tensor.message(field::value::SHAPE, |shape| {
                        for dim in dims {
                            shape.message(field::value::DIM, |message| {
                                match dim {
                                    Dim::Any(name) => message.string(field::value::DIM_NAME, name),
                                    Dim::Exactly(size) => {
                                        message.int(field::value::DIM_SIZE, *size)
                                    }
                                };
                            });
                        }
                    });
                });
            });
        });
    }

    fn node(&mut self, node: Node) {
        self.message.bytes(field::graph::NODE, &node.message.into_bytes());
    }

    fn floats(&mut self, name: &str, tensor: &Tensor) {
        let data: Vec<u8> = tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name, FLOAT, &tensor.shape, &data);
    }

    fn integers(&mut self, name: &str, values: &[i64]) {
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name, INT64, &[values.len()], &data);
    }

    fn constant(&mut self, name: &str, element: i32, shape: &[usize], data: &[u8]) {
        self.message.message(field::graph::INITIALIZER, |tensor| {
            for &size in shape {
                tensor.int(field::tensor::DIMS, size as i64);
            }
            tensor.int(field::tensor::DATA_TYPE, i64::from(element));
            tensor.string(field::tensor::NAME, name).bytes(field::tensor::RAW_DATA, data);
        });
    }
}

/// An operation being written.
struct Node {
    message: Message,
}

impl Node {
    /// An operator of the ONNX standard.
    fn new(operator: &str, inputs: &[&str], output: &str) -> Self {
        let mut message = Message::default();
        for input in inputs {
            message.string(field::node::INPUT, input);
        }
        message.string(field::node::OUTPUT, output);
        message.string(field::node::NAME, output).string(field::node::OP_TYPE, operator);
        Self { message }
    }

    /// An operator of ONNX Runtime's own.
    fn fused(operator: &str, inputs: &[&str], output: &str) -> Self {
        let mut node = Self::new(operator, inputs, output);
        node.message.string(field::node::DOMAIN, FUSED);
        node
    }

    fn output(mut self, name: &str) -> Self {
        self.message.string(field::node::OUTPUT, name);
        self
    }

    fn int(mut self, name: &str, value: i64) -> Self {
        self.message.message(field::node::ATTRIBUTE, |attribute| {
            attribute.string(field::attribute::NAME, name).int(field::attribute::INT, value);
            attribute.int(field::attribute::TYPE, field::attribute::TYPE_INT);
        });
        self
    }

    fn float(mut self, name: &str, value: f32) -> Self {
        self.message.message(field::node::ATTRIBUTE, |attribute| {
            attribute.string(field::attribute::NAME, name).float(field::attribute::FLOAT, value);
            attribute.int(field::attribute::TYPE, field::attribute::TYPE_FLOAT);
        });
        self
    }
}

/// Element types of `TensorProto.DataType`.
const FLOAT: i32 = 1;
const INT32: i32 = 6;
const INT64: i32 = 7;

/// Field numbers of `onnx.proto3`.
mod field {
    pub(super) mod model {
        pub(crate) const IR_VERSION: u32 = 1;
        pub(crate) const PRODUCER_NAME: u32 = 2;
        pub(crate) const GRAPH: u32 = 7;
        pub(crate) const OPSET_IMPORT: u32 = 8;
    }
    pub(super) mod opset {
        pub(crate) const DOMAIN: u32 = 1;
        pub(crate) const VERSION: u32 = 2;
    }
    pub(super) mod graph {
        pub(crate) const NODE: u32 = 1;
        pub(crate) const NAME: u32 = 2;
        pub(crate) const INITIALIZER: u32 = 5;
        pub(crate) const INPUT: u32 = 11;
        pub(crate) const OUTPUT: u32 = 12;
    }
    pub(super) mod node {
        pub(crate) const INPUT: u32 = 1;
        pub(crate) const OUTPUT: u32 = 2;
        pub(crate) const NAME: u32 = 3;
        pub(crate) const OP_TYPE: u32 = 4;
        pub(crate) const ATTRIBUTE: u32 = 5;
        pub(crate) const DOMAIN: u32 = 7;
    }
    pub(super) mod attribute {
        pub(crate) const NAME: u32 = 1;
        pub(crate) const FLOAT: u32 = 2;
        pub(crate) const INT: u32 = 3;
        pub(crate) const TYPE: u32 = 20;
        pub(crate) const TYPE_FLOAT: i64 = 1;
        pub(crate) const TYPE_INT: i64 = 2;
    }
    pub(super) mod tensor {
        pub(crate) const DIMS: u32 = 1;
        pub(crate) const DATA_TYPE: u32 = 2;
        pub(crate) const NAME: u32 = 8;
        pub(crate) const RAW_DATA: u32 = 9;
    }
    /// `ValueInfoProto` and the type messages inside it.
    pub(super) mod value {
        pub(crate) const NAME: u32 = 1;
        pub(crate) const TYPE: u32 = 2;
        pub(crate) const TENSOR_TYPE: u32 = 1;
        pub(crate) const ELEMENT: u32 = 1;
        pub(crate) const SHAPE: u32 = 2;
        pub(crate) const DIM: u32 = 1;
        pub(crate) const DIM_SIZE: u32 = 1;
        pub(crate) const DIM_NAME: u32 = 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposing_turns_rows_into_columns() {
        let tensor = Tensor { shape: vec![2, 3], values: vec![1., 2., 3., 4., 5., 6.] };
        let transposed = tensor.transposed();
        assert_eq!(transposed.shape, [3, 2], "in x out");
        assert_eq!(transposed.values, [1., 4., 2., 5., 3., 6.], "columns became rows");
    }

    #[test]
    fn weights_of_another_model_are_refused_by_name() {
        let data = 1.0_f32.to_le_bytes();
        let view = safetensors::tensor::TensorView::new(Dtype::F32, vec![1], &data)
            .expect("one number has four bytes");
        let file = safetensors::serialize([("something.else", view)], None)
            .expect("one tensor can be written");
        let error = minilm_from_safetensors(&file).expect_err("no weight of MiniLM is there");
        assert!(error.to_string().contains("word_embeddings"), "says what is missing: {error}");
    }
}
