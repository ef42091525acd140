/* datafile_scan.c - records in order, from large pieces of the file. */
#include "task/datafile.h"

enum { WINDOW = 1 << 20 };

struct DataScan {
    const DataFile *file;
    char *window;
    uint64_t start, end; /* bytes of the file that the window holds */
};

DataScan *datafile_scan(Arena *arena, const DataFile *file)
{
    DataScan *scan = ARENA_NEW(arena, DataScan);
    scan->file = file;
    scan->window = arena_alloc(arena, WINDOW);
    return scan;
}

Status datafile_scan_get(DataScan *scan, size_t index, Arena *arena, Json *out, Err *err)
{
    const DataFile *file = scan->file;
    if (index >= file->docs.len)
        return file->docs.get(&file->docs, index, arena, out, err);
    uint64_t start = file->offsets[index];
    uint64_t len = file->lengths ? file->lengths[index] : file->offsets[index + 1] - start;
    if (len > WINDOW)
        return file->docs.get(&file->docs, index, arena, out, err);
    if (start < scan->start || start + len > scan->end) {
        size_t room = file->size - start < WINDOW ? (size_t)(file->size - start) : WINDOW;
        scan->start = scan->end = 0;
        TRY(datafile_read(file, start, scan->window, room, err));
        TRY(datafile_unchanged(file, err));
        scan->start = start;
        scan->end = start + room;
    }
    /* a copy, because the values point into it */
    Str text = {arena_copy(arena, scan->window + (start - scan->start), (size_t)len), (size_t)len};
    if (file->format->read(file, text, arena, out, err) != OK)
        return datafile_refuse(file, start, err);
    return OK;
}
