//! What is written is read.

use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_is_put_is_read(numbers in prop::collection::vec(any::<u64>(), 0..20), shift in 0_u32..64) {
        let numbers: Vec<u64> = numbers.into_iter().map(|number| number >> shift).collect();
        let mut bytes = Vec::new();
        numbers.iter().for_each(|number| put(&mut bytes, *number));
        prop_assert!(bytes.len() <= numbers.len() * LONGEST);
        let mut input = VarintReader::new(&bytes);
        for number in numbers {
            prop_assert_eq!(input.number(), Some(number));
        }
        prop_assert_eq!((input.number(), input.rest().len()), (None, 0));
    }
}
