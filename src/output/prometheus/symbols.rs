//! Interned strings of labels and metadata, and the table that one 2.0 request carries.

use std::{collections::HashMap, rc::Rc};

/// Number of a string among all that were ever interned.
pub(super) type Symbol = u32;

/// All strings of an output; number 0 is the empty one.
#[derive(Debug)]
pub(super) struct Symbols {
    numbers: HashMap<Rc<str>, Symbol>,
    texts: Vec<Rc<str>>,
}

impl Default for Symbols {
    fn default() -> Self {
        let empty: Rc<str> = "".into();
        Self { numbers: HashMap::from([(empty.clone(), 0)]), texts: vec![empty] }
    }
}

impl Symbols {
    /// The number of a string, new or known.
    pub(super) fn intern(&mut self, text: &str) -> Symbol {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = Symbol::try_from(self.texts.len()).unwrap_or(0);
        let text: Rc<str> = text.into();
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    /// How many there are: a mark to forget from.
    pub(super) fn mark(&self) -> usize {
        self.texts.len()
    }

    /// Forgets what was interned since a mark: strings that never come again must not pile up.
    pub(super) fn forget_from(&mut self, mark: usize) {
        for text in self.texts.drain(mark..) {
            self.numbers.remove(&text);
        }
    }

    /// The string of a number.
    pub(super) fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol as usize).map_or("", |text| text)
    }
}

/// The dense table of one request: the protocol is stateless, so that each carries the strings that it uses.
#[derive(Debug)]
pub(super) struct RequestSymbols {
    places: Vec<Option<u32>>,
    used: Vec<Symbol>,
}

impl RequestSymbols {
    /// A table that holds the empty string only, which the specification puts first.
    pub(super) fn new(symbols: &Symbols) -> Self {
        let mut places = vec![None; symbols.texts.len()];
        places[0] = Some(0);
        Self { places, used: vec![0] }
    }

    /// The place of a string in this request.
    pub(super) fn place(&mut self, symbol: Symbol) -> u32 {
        let Some(slot) = self.places.get_mut(symbol as usize) else { return 0 };
        *slot.get_or_insert_with(|| {
            self.used.push(symbol);
            u32::try_from(self.used.len() - 1).unwrap_or(0)
        })
    }

    /// The strings in the order of their places.
    pub(super) fn used(&self) -> &[Symbol] {
        &self.used
    }
}
