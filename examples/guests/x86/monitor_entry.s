# Where `popek rewrite --to call` lets annotated guests call their monitor: an instruction that comes to it by itself. The bare machine never gets here.
    .text
    .globl popek_emulate
popek_emulate:
    hlt
