/* Finds and loads the Unicorn plug-in. */
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

struct backend *unicorn_open(const char **reason) {
    typedef struct backend *open_function(const char **reason);
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
    open_function *function = NULL;
    void *symbol = dlsym(plugin, "popek_open_unicorn");
    memcpy(&function, &symbol, sizeof function); /* ISO C has no cast from an object to a function pointer */
    if (function == NULL) {
        *reason = "the plug-in " PLUGIN " is of another version";
        return NULL;
    }
    return function(reason); /* the plug-in stays loaded as long as the program */
}
