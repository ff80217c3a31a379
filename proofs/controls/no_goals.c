/* Nothing to prove. */
typedef int nothing;
