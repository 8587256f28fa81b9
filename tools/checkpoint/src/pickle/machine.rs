//! The machine that follows a pickle's instructions. It has a stack, marks on it, and a memo, as
//! Python's has, but it can only build values: it imports nothing and calls nothing.

use std::collections::HashMap;

use super::input::Input;
use super::limits::{MAX_MARKS, MAX_MEMO, MAX_STEPS, MAX_VALUES};
use super::opcode as op;
use super::{Id, Object, PickleError, PickleProblem, Tree, Value};

type Step<T = ()> = Result<T, PickleProblem>;

const NONE: Id = Id(0);
const TRUE: Id = Id(1);
const FALSE: Id = Id(2);

struct Machine<'a> {
    input: Input<'a>,
    values: Vec<Value<'a>>,
    stack: Vec<Id>,
    /// Heights of the stack where a list, tuple, set or dictionary was begun.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

/// Takes a pickle apart. What follows its last instruction is ignored, as Python does.
///
/// # Errors
/// A [`PickleError`] that says where the pickle is damaged or too large.
pub(crate) fn parse(bytes: &[u8]) -> Result<Tree<'_>, PickleError> {
    let mut machine = Machine {
        input: Input::new(bytes),
        values: vec![Value::None, Value::Bool(true), Value::Bool(false)],
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    if bytes.first() != Some(&op::PROTO) {
        let problem = PickleProblem::Protocol;
        return Err(PickleError { offset: 0, problem });
    }
    for _ in 0..MAX_STEPS {
        let offset = machine.input.position();
        match machine.step() {
            Ok(None) => {}
            Ok(Some(root)) => {
                let values = machine.values;
                return Ok(Tree { values, root });
            }
            Err(problem) => return Err(PickleError { offset, problem }),
        }
    }
    Err(PickleError {
        offset: machine.input.position(),
        problem: too_many("instructions", MAX_STEPS),
    })
}

impl<'a> Machine<'a> {
    /// Follows one instruction; the root once the last was reached.
    fn step(&mut self) -> Step<Option<Id>> {
        match self.input.u8()? {
            op::STOP => return self.pop().map(Some),
            op::PROTO => self.protocol()?,
            // Frames only announce how much can be read at once.
            op::FRAME => {
                self.input.u64()?;
            }
            op::NONE => self.stack.push(NONE),
            op::NEWTRUE => self.stack.push(TRUE),
            op::NEWFALSE => self.stack.push(FALSE),
            op::MARK => self.mark()?,
            op::POP => self.drop_top()?,
            op::POP_MARK => {
                self.pop_mark()?;
            }
            op::DUP => {
                let top = self.top()?;
                self.stack.push(top);
            }
            op::BINPUT => {
                let place = self.input.u8()?.into();
                self.remember(place)?;
            }
            op::LONG_BINPUT => {
                let place = self.input.u32()?;
                self.remember(place)?;
            }
            op::MEMOIZE => {
                // The memo is bounded well below what would not fit.
                self.remember(self.memo.len() as u32)?;
            }
            op::BINGET => {
                let place = self.input.u8()?.into();
                self.recall(place)?;
            }
            op::LONG_BINGET => {
                let place = self.input.u32()?;
                self.recall(place)?;
            }
            op::APPEND => {
                let item = self.pop()?;
                self.extend(vec![item])?;
            }
            op::APPENDS | op::ADDITEMS => {
                let items = self.pop_mark()?;
                self.extend(items)?;
            }
            op::SETITEM => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.set(&[key, value])?;
            }
            op::SETITEMS => {
                let items = self.pop_mark()?;
                self.set(&items)?;
            }
            op::BUILD => self.build()?,
            code => {
                let value = self.value(code)?;
                self.push(value)?;
            }
        }
        Ok(None)
    }

    /// The value an instruction makes out of its operand and the stack.
    fn value(&mut self, code: u8) -> Step<Value<'a>> {
        let input = &mut self.input;
        Ok(match code {
            op::BININT => Value::Int(i32::from_le_bytes(input.array()?).into()),
            op::BININT1 => Value::Int(input.u8()?.into()),
            op::BININT2 => Value::Int(input.u16()?.into()),
            op::LONG1 => {
                let length = input.u8()?.into();
                integer(input.take(length)?)
            }
            op::LONG4 => {
                let length = input.u32()?.into();
                integer(input.take(length)?)
            }
            op::BINFLOAT => Value::Float(f64::from_be_bytes(input.array()?)),
            op::SHORT_BINUNICODE => {
                let length = input.u8()?.into();
                Value::Text(input.text(length)?)
            }
            op::BINUNICODE => {
                let length = input.u32()?.into();
                Value::Text(input.text(length)?)
            }
            op::BINUNICODE8 => {
                let length = input.u64()?;
                Value::Text(input.text(length)?)
            }
            op::SHORT_BINBYTES => {
                let length = input.u8()?.into();
                Value::Bytes(input.take(length)?)
            }
            op::BINBYTES => {
                let length = input.u32()?.into();
                Value::Bytes(input.take(length)?)
            }
            op::BINBYTES8 | op::BYTEARRAY8 => {
                let length = input.u64()?;
                Value::Bytes(input.take(length)?)
            }
            op::SHORT_BINSTRING => {
                let length = input.u8()?.into();
                string(input.take(length)?)
            }
            op::BINSTRING => {
                let length = input.u32()?.into();
                string(input.take(length)?)
            }
            op::EMPTY_LIST => Value::List(Vec::new()),
            op::EMPTY_DICT => Value::Dict(Vec::new()),
            op::EMPTY_SET => Value::Set(Vec::new()),
            op::EMPTY_TUPLE => Value::Tuple(Vec::new()),
            op::TUPLE1 => Value::Tuple(self.pop_array::<1>()?.into()),
            op::TUPLE2 => Value::Tuple(self.pop_array::<2>()?.into()),
            op::TUPLE3 => Value::Tuple(self.pop_array::<3>()?.into()),
            op::TUPLE => Value::Tuple(self.pop_mark()?),
            op::LIST => Value::List(self.pop_mark()?),
            op::FROZENSET => Value::Set(self.pop_mark()?),
            op::DICT => Value::Dict(pairs(&self.pop_mark()?)?.collect()),
            op::GLOBAL => {
                let module = input.line()?;
                let name = input.line()?;
                Value::Class { module, name }
            }
            op::STACK_GLOBAL => self.stack_global()?,
            op::BINPERSID => Value::Persistent(self.pop()?),
            op::REDUCE | op::NEWOBJ => {
                let [class, args] = self.pop_array()?;
                self.object(class, args)?
            }
            op::NEWOBJ_EX => {
                let [class, args, _keywords] = self.pop_array()?;
                self.object(class, args)?
            }
            code => return Err(PickleProblem::Instruction(code)),
        })
    }

    fn protocol(&mut self) -> Step {
        match self.input.u8()? {
            2..=5 => Ok(()),
            _ => Err(PickleProblem::Protocol),
        }
    }

    fn stack_global(&mut self) -> Step<Value<'a>> {
        let [module, name] = self.pop_array()?;
        match (self.at(module), self.at(name)) {
            (Value::Text(module), Value::Text(name)) => Ok(Value::Class { module, name }),
            _ => Err(PickleProblem::Kind("a class whose name is not text")),
        }
    }

    fn object(&self, class: Id, args: Id) -> Step<Value<'a>> {
        if !matches!(self.at(args), Value::Tuple(_)) {
            return Err(PickleProblem::Kind("a call whose arguments are no tuple"));
        }
        Ok(Value::Object(Box::new(Object {
            class,
            args,
            state: None,
            items: Vec::new(),
            entries: Vec::new(),
        })))
    }

    /// Gives the object on top of the stack its state.
    fn build(&mut self) -> Step {
        let state = self.pop()?;
        let top = self.top()?;
        match self.at_mut(top) {
            Value::Object(object) => object.state = Some(state),
            // Attributes of a dictionary, such as the versions of the modules in a state_dict, mean nothing here.
            Value::Dict(_) => {}
            _ => return Err(PickleProblem::Kind("a state for what is no object")),
        }
        Ok(())
    }

    /// Appends to, or adds to, what is on top of the stack.
    fn extend(&mut self, new: Vec<Id>) -> Step {
        let top = self.top()?;
        match self.at_mut(top) {
            Value::List(items) | Value::Set(items) => items.extend(new),
            Value::Object(object) => object.items.extend(new),
            _ => return Err(PickleProblem::Kind("items for what is no list or set")),
        }
        Ok(())
    }

    /// Sets keys, which alternate with their values, in what is on top of the stack.
    fn set(&mut self, new: &[Id]) -> Step {
        let new = pairs(new)?;
        let top = self.top()?;
        match self.at_mut(top) {
            Value::Dict(entries) => entries.extend(new),
            Value::Object(object) => object.entries.extend(new),
            _ => return Err(PickleProblem::Kind("keys for what is no dictionary")),
        }
        Ok(())
    }

    fn at(&self, id: Id) -> &Value<'a> {
        &self.values[id.0 as usize]
    }

    fn at_mut(&mut self, id: Id) -> &mut Value<'a> {
        &mut self.values[id.0 as usize]
    }

    fn push(&mut self, value: Value<'a>) -> Step {
        if self.values.len() >= MAX_VALUES {
            return Err(too_many("values", MAX_VALUES));
        }
        self.stack.push(Id(self.values.len() as u32));
        self.values.push(value);
        Ok(())
    }

    /// The value on top of the stack, above the last mark.
    fn top(&self) -> Step<Id> {
        let floor = self.marks.last().copied().unwrap_or(0);
        match self.stack.last() {
            Some(top) if self.stack.len() > floor => Ok(*top),
            _ => Err(PickleProblem::Underflow),
        }
    }

    fn pop(&mut self) -> Step<Id> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    /// The topmost `N` values, topmost last.
    fn pop_array<const N: usize>(&mut self) -> Step<[Id; N]> {
        let mut popped = [NONE; N];
        for place in popped.iter_mut().rev() {
            *place = self.pop()?;
        }
        Ok(popped)
    }

    fn mark(&mut self) -> Step {
        if self.marks.len() >= MAX_MARKS {
            return Err(too_many("levels of nesting", MAX_MARKS));
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    /// Everything above the last mark, topmost last.
    fn pop_mark(&mut self) -> Step<Vec<Id>> {
        let height = self.marks.pop().ok_or(PickleProblem::NoMark)?;
        Ok(self.stack.split_off(height))
    }

    /// Takes away the topmost value, or the last mark if nothing is above it.
    fn drop_top(&mut self) -> Step {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(|_| ())
    }

    fn remember(&mut self, place: u32) -> Step {
        let top = self.top()?;
        if self.memo.len() >= MAX_MEMO {
            return Err(too_many("memo entries", MAX_MEMO));
        }
        self.memo.insert(place, top);
        Ok(())
    }

    fn recall(&mut self, place: u32) -> Step {
        let id = self.memo.get(&place).ok_or(PickleProblem::NoMemo(place))?;
        self.stack.push(*id);
        Ok(())
    }
}

fn too_many(what: &'static str, most: usize) -> PickleProblem {
    PickleProblem::TooMany { what, most }
}

fn pairs(items: &[Id]) -> Step<impl Iterator<Item = (Id, Id)>> {
    let (pairs, rest) = items.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(PickleProblem::Kind("a key without a value"));
    }
    Ok(pairs.iter().map(|[key, value]| (*key, *value)))
}

/// A little-endian integer in two's complement.
fn integer(bytes: &[u8]) -> Value<'_> {
    if bytes.len() > 8 {
        return Value::BigInt(bytes);
    }
    let is_negative = bytes.last().is_some_and(|last| *last >= 0x80);
    let mut wide = [if is_negative { 0xff } else { 0 }; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    Value::Int(i64::from_le_bytes(wide))
}

/// A string of Python 2: text if it can be read as such.
fn string(bytes: &[u8]) -> Value<'_> {
    str::from_utf8(bytes).map_or(Value::Bytes(bytes), Value::Text)
}
