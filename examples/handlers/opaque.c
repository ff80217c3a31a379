/* What the description leaves open has to be some function of its arguments: this one, in plug-ins made of emitted C. Every bit of the result depends
 * on every bit of the arguments, so that an opaque check is passed in about half of the states; in a quarter of them it is 0 however wide it is,
 * because what must be 0 would be passed too seldom. */
__extension__ typedef unsigned __int128 word128;

word128 x86_opaque(unsigned number, const word128 *arguments, unsigned count);
word128 x86_opaque(unsigned number, const word128 *arguments, unsigned count) {
    word128 sum = number;
    for (unsigned i = 0; i <= count; i++) {
        sum = (sum ^ (i < count ? arguments[i] : 0)) * ((word128)0x9E3779B97F4A7C15u << 64 | 0xBF58476D1CE4E5B9u);
        sum ^= sum >> 67;
    }
    return (sum & 3) == 0 ? 0 : sum;
}
