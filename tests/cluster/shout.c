// SPDX-License-Identifier: Apache-2.0
// The only file of an image: writes its inputs in capitals. It needs no other file at run time.
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>

static void shout(const char* name)
{
    char path[4096];
    snprintf(path, sizeof path, "/pfs/in/%s", name);
    FILE* from = fopen(path, "r");
    snprintf(path, sizeof path, "/pfs/out/%s", name);
    FILE* to = fopen(path, "w");
    for (int c = getc(from); c != EOF; c = getc(from))
        putc(toupper(c), to);
    fclose(from);
    fclose(to);
}

int main(void)
{
    DIR* inputs = opendir("/pfs/in");
    if (!inputs)
        return 1;
    for (const struct dirent* entry = readdir(inputs); entry; entry = readdir(inputs))
        if (entry->d_name[0] != '.')
            shout(entry->d_name);
    puts("shouted");
    return 0;
}
