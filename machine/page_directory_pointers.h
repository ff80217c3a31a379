/* The four page-directory pointers of PAE paging as the one value that the tables have for them. SDM vol. 3A, 5.4.1, table 5-8. Internal to machine/.
 */
#ifndef POPEK_MACHINE_PAGE_DIRECTORY_POINTERS_H
#define POPEK_MACHINE_PAGE_DIRECTORY_POINTERS_H

#include "processor.h"

#define PHYSICAL_BITS 36u /* SDM vol. 3A, 5.1.4: of a processor with PAE that does not give another number through CPUID */

/* The value for the four entries, 8 bytes each, at a physical address. */
word128 page_directory_pointers_at(const struct memory *m, uint64_t physical);
/* One of them is present and has a reserved bit set. */
bool page_directory_pointers_reserved(word128 pointers);
/* Where the page directory of the GiB `index` is; false: it is not present. */
bool page_directory_pointer(word128 pointers, unsigned index, uint64_t *physical);

#endif
