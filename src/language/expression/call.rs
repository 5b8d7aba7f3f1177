//! Calls of functions, checked against the table before the run: number and type of arguments.

use super::{
    super::{
        TemplateError, Value,
        function::{self, ArgumentEvaluation, Function, Source},
        synonyms::function_meant,
    },
    compile::{Compiled, Compiler, constant},
    node::Node,
    syntax::Ast,
};

impl Compiler<'_> {
    pub(super) fn call(&mut self, ast: &Ast, name: &str, arguments: &[Ast]) -> Compiled {
        let Some(function) = function::named(name) else {
            let error = self.error(ast.at, format!("unknown function `{name}`"));
            let hint = function_meant(name, function::all().map(|function| function.name));
            return Err(error.hint(hint.unwrap_or_else(|| "see docs/expressions.md for all functions".to_owned())));
        };
        self.check_count(ast, function, arguments.len())?;
        let (outside, outer) = (self.generating, self.has_item);
        let is_each = matches!(function.call, ArgumentEvaluation::Each(_));
        let mut nodes = Vec::with_capacity(arguments.len());
        for (index, argument) in arguments.iter().enumerate() {
            self.generating =
                outside || (index == 1 && (is_each || matches!(function.call, ArgumentEvaluation::Generate)));
            self.has_item = outer || (index == 1 && is_each);
            let node = self.node(argument)?;
            (self.generating, self.has_item) = (outside, outer);
            self.check_argument(argument, function, index, &node)?;
            nodes.push(node);
        }
        let known = nodes.iter().all(|node| constant(node).is_some());
        match function.call {
            ArgumentEvaluation::Plain(compute) => {
                self.needs.head |= function.source == Source::Head;
                let node = Node::Call(compute, nodes.into());
                match function.source {
                    Source::Arguments => self.computed(ast, node, known),
                    // With valid constants, random functions and the clock always return a value.
                    Source::Chance | Source::Clock if known => self.computed(ast, node.clone(), known).map(|_| node),
                    _ => Ok(node),
                }
            }
            ArgumentEvaluation::Environment => self.environment(ast, &nodes),
            ArgumentEvaluation::Generate => {
                let node = <Box<[Node; 2]>>::try_from(nodes).map(Node::Generate);
                node.map_err(|_| self.without_value(ast)).and_then(|node| self.computed(ast, node, known))
            }
            ArgumentEvaluation::Each(each) => {
                let parts = <Box<[Node; 2]>>::try_from(nodes).map_err(|_| self.without_value(ast))?;
                self.computed(ast, Node::Each(each, parts), known)
            }
        }
    }

    fn check_count(&self, ast: &Ast, function: &Function, given: usize) -> Result<(), TemplateError> {
        let (min, max) = (function.min_arguments, function.max_arguments());
        if (min..=max).contains(&given) {
            return Ok(());
        }
        let wanted = match (min, max) {
            (min, max) if given < min && min < max => format!("at least {min}"),
            (min, max) if min < max => format!("at most {max}"),
            (0, _) => "no".to_owned(),
            (min, _) => min.to_string(),
        };
        let plural = if wanted.ends_with(" 1") || wanted == "1" { "" } else { "s" };
        let error = self.error(
            ast.at,
            format!(
                "`{}` takes {wanted} argument{plural}, but {given} {} given",
                function.name,
                if given == 1 { "is" } else { "are" }
            ),
        );
        Err(error.hint(format!("`{}`: {}", function.signature(), function.about)))
    }

    fn check_argument(&self, ast: &Ast, function: &Function, index: usize, node: &Node) -> Result<(), TemplateError> {
        let (Some(value), Some((name, takes))) = (constant(node), function.takes(index)) else { return Ok(()) };
        if takes.accepts(value) {
            return Ok(());
        }
        let message =
            format!("`{name}` of `{}` must be {}, not `{}`", function.name, takes.describe(), self.written(ast));
        Err(self.error(ast.at, message).hint(format!("`{}`: {}", function.signature(), function.about)))
    }

    fn environment(&self, ast: &Ast, arguments: &[Node]) -> Compiled {
        let Some(Value::Text(name)) = arguments.first().and_then(constant) else {
            return Err(self.error(ast.at, "the argument of `env` must be a constant, such as `env('TOKEN')`"));
        };
        match self.scope.environment(name) {
            Some(value) => Ok(Node::Constant(value.map_or(Value::Null, |value| Value::from(value.as_str())))),
            None => {
                Err(self.error(ast.at, "`env` is only available in `vars`: the environment is read before the run"))
            }
        }
    }
}
