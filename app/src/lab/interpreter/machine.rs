//! A tiny interpreter: a stack machine whose values are objects on the heap that are counted, made
//! and freed as it goes, so that an instruction costs about what one of CPython's did. Between two
//! instructions, every so many of them, it lets others have the lock.

use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::lock::Seat;

/// One instruction, which is one tick.
#[derive(Clone, Copy, Debug)]
pub(in crate::lab) enum Instruction {
    LoadVariable(usize),
    LoadConstant(usize),
    StoreVariable(usize),
    /// The upper of two from the lower.
    Subtract,
    /// Whether the lower of two is greater than the upper.
    IsGreater,
    JumpIfFalse(usize),
    Jump(usize),
    /// Native code, with the lock: nobody else runs, and nothing is looked at meanwhile.
    CallHolding,
    /// Native code that needs nothing of the interpreter, without the lock.
    CallOutside,
    End,
}

/// What it computes with.
#[derive(Debug)]
enum Object {
    Whole(i64),
    Truth(bool),
}

/// Instructions with what they are about.
pub(in crate::lab) struct Program {
    pub(in crate::lab) instructions: Vec<Instruction>,
    pub(in crate::lab) constants: Vec<i64>,
    /// What the variables are at first.
    pub(in crate::lab) variables: Vec<i64>,
}

impl Program {
    /// `n = count`, then `while n > 0: n -= 1`, with `each` in every round.
    pub(in crate::lab) fn count_down(count: i64, each: &[Instruction]) -> Self {
        use Instruction::{
            End, IsGreater, Jump, JumpIfFalse, LoadConstant, LoadVariable, StoreVariable, Subtract,
        };
        let end = 4 + each.len() + 5;
        let mut instructions = vec![
            LoadVariable(0),
            LoadConstant(0),
            IsGreater,
            JumpIfFalse(end),
        ];
        instructions.extend(each);
        instructions.extend([
            LoadVariable(0),
            LoadConstant(1),
            Subtract,
            StoreVariable(0),
            Jump(0),
            End,
        ]);
        Self {
            instructions,
            constants: vec![0, 1],
            variables: vec![count],
        }
    }
}

/// What it came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lab) struct Ran {
    pub(in crate::lab) ticks: u64,
    /// What the first variable was in the end.
    pub(in crate::lab) left: i64,
    /// It was asked to end before its end.
    pub(in crate::lab) interrupted: bool,
}

/// A program that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("instruction {0} has nothing to work on")]
pub(in crate::lab) struct BadProgram(usize);

/// Runs a program, and lets others run every `turn` ticks. `native` is the code that it calls.
/// Whether it is to end early is looked at between turns only.
pub(in crate::lab) fn run(
    program: &Program,
    turn: u64,
    seat: &mut Seat<'_>,
    interrupt: &AtomicBool,
    native: &mut dyn FnMut(&mut Seat<'_>),
) -> Result<Ran, BadProgram> {
    seat.acquire();
    let result = run_inside(program, turn, seat, interrupt, native);
    seat.release();
    result
}

fn run_inside(
    program: &Program,
    turn: u64,
    seat: &mut Seat<'_>,
    interrupt: &AtomicBool,
    native: &mut dyn FnMut(&mut Seat<'_>),
) -> Result<Ran, BadProgram> {
    let whole = |number: &i64| Rc::new(Object::Whole(*number));
    let constants: Vec<Rc<Object>> = program.constants.iter().map(whole).collect();
    let mut variables: Vec<Rc<Object>> = program.variables.iter().map(whole).collect();
    let mut stack: Vec<Rc<Object>> = Vec::new();
    let (mut at, mut ticks, mut left_of_turn) = (0, 0, turn);
    let mut interrupted = false;
    loop {
        if left_of_turn == 0 {
            left_of_turn = turn;
            seat.release();
            seat.acquire();
            if interrupt.load(Ordering::Relaxed) {
                interrupted = true;
                break;
            }
        }
        left_of_turn -= 1;
        ticks += 1;
        let bad = || BadProgram(at);
        let mut next = at + 1;
        match *program.instructions.get(at).ok_or_else(bad)? {
            Instruction::LoadVariable(index) => {
                stack.push(variables.get(index).ok_or_else(bad)?.clone());
            }
            Instruction::LoadConstant(index) => {
                stack.push(constants.get(index).ok_or_else(bad)?.clone());
            }
            Instruction::StoreVariable(index) => {
                *variables.get_mut(index).ok_or_else(bad)? = stack.pop().ok_or_else(bad)?;
            }
            Instruction::Subtract => {
                let (lower, upper) = two(&mut stack).ok_or_else(bad)?;
                stack.push(Rc::new(Object::Whole(lower.wrapping_sub(upper))));
            }
            Instruction::IsGreater => {
                let (lower, upper) = two(&mut stack).ok_or_else(bad)?;
                stack.push(Rc::new(Object::Truth(lower > upper)));
            }
            Instruction::JumpIfFalse(to) => match stack.pop().as_deref() {
                Some(Object::Truth(true)) => {}
                Some(Object::Truth(false)) => next = to,
                Some(Object::Whole(_)) | None => return Err(bad()),
            },
            Instruction::Jump(to) => next = to,
            Instruction::CallHolding => native(seat),
            Instruction::CallOutside => {
                seat.release();
                native(seat);
                seat.acquire();
            }
            Instruction::End => break,
        }
        at = next;
    }
    let left = match variables.first().map(AsRef::as_ref) {
        Some(Object::Whole(number)) => *number,
        Some(Object::Truth(_)) | None => return Err(BadProgram(at)),
    };
    Ok(Ran {
        ticks,
        left,
        interrupted,
    })
}

fn two(stack: &mut Vec<Rc<Object>>) -> Option<(i64, i64)> {
    let (upper, lower) = (stack.pop()?, stack.pop()?);
    match (&*lower, &*upper) {
        (Object::Whole(lower), Object::Whole(upper)) => Some((*lower, *upper)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::lock::InterpreterLock;
    use super::*;
    use crate::lab::trace::Kind;

    fn ran(program: &Program, turn: u64, interrupt: bool) -> Result<Ran, BadProgram> {
        let lock = InterpreterLock::default();
        let mut seat = Seat::new(&lock, None, Kind::Work);
        let interrupt = AtomicBool::new(interrupt);
        run(program, turn, &mut seat, &interrupt, &mut |_| ())
    }

    #[test]
    fn it_counts_to_nought_and_every_instruction_is_a_tick() {
        let done = Ran {
            ticks: 10 * 9 + 5,
            left: 0,
            interrupted: false,
        };
        for turn in [1, 7, 100, 1_000] {
            assert_eq!(ran(&Program::count_down(10, &[]), turn, false), Ok(done));
        }
    }

    #[test]
    fn it_hears_of_an_interruption_when_its_turn_is_over_and_not_before() {
        let ran = ran(&Program::count_down(1_000, &[]), 100, true).expect("a program");
        assert_eq!((ran.ticks, ran.interrupted), (100, true));
    }

    #[test]
    fn what_is_no_program_is_said_to_be_none() {
        let program = Program {
            instructions: vec![Instruction::Subtract],
            constants: vec![],
            variables: vec![0],
        };
        assert_eq!(ran(&program, 100, false), Err(BadProgram(0)));
    }
}
