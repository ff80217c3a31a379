/* Finds and loads the Unicorn plug-in. */
#include "engine.h"
#include "hardware.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLUGIN "popek-unicorn.so"
#define PATH_SIZE 4096

/* The directory of the program, without the slash at its end. */
static bool own_directory(char *path) {
    ssize_t length = readlink("/proc/self/exe", path, PATH_SIZE - 1);
    char *slash = NULL;
    if (length > 0) {
        path[length] = '\0';
        slash = strrchr(path, '/');
    }
    if (slash != NULL) {
        *slash = '\0';
    }
    return slash != NULL;
}

static void *load(const char *directory, const char *below) {
    char path[2 * PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s%s/" PLUGIN, directory, below);
    return length > 0 && (size_t)length < sizeof path && access(path, R_OK) == 0 ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
}

/* A function that the plug-in exports; it stays loaded as long as the program. */
static void *find_function(const char *name, const char **reason) {
    char directory[PATH_SIZE];
    const char *given = getenv("POPEK_PLUGINS");
    void *plugin = given == NULL ? NULL : load(given, "");
    if (plugin == NULL && own_directory(directory)) {
        plugin = load(directory, "");
        plugin = plugin != NULL ? plugin : load(directory, "/../lib/popek");
        plugin = plugin != NULL ? plugin : load(directory, "/..");
    }
    if (plugin == NULL) {
        *reason = "there is no plug-in " PLUGIN " (it is built where libunicorn-dev is installed), or it does not load";
        return NULL;
    }
    void *symbol = dlsym(plugin, name);
    *reason = symbol == NULL ? "the plug-in " PLUGIN " is of another version" : *reason;
    return symbol;
}

/* ISO C has no cast from an object to a function pointer. */

struct backend *unicorn_open(const char **reason) {
    typedef struct backend *open_function(const char **reason);
    open_function *function = NULL;
    void *symbol = find_function("popek_open_unicorn", reason);
    memcpy(&function, &symbol, sizeof function);
    return function == NULL ? NULL : function(reason);
}

struct engine *unicorn_engine_open(uint8_t *memory, uint32_t size, const struct engine_ports *ports, const char **reason) {
    typedef struct engine *open_function(uint8_t * memory, uint32_t size, const struct engine_ports *ports, const char **reason);
    open_function *function = NULL;
    void *symbol = find_function("popek_open_unicorn_engine", reason);
    memcpy(&function, &symbol, sizeof function);
    return function == NULL ? NULL : function(memory, size, ports, reason);
}
