/* What wine 8 lacks: the random numbers that Rust's standard library asks for. For tests under wine
   only; nothing that is shipped has it. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
    while (length > 0) {
        ULONG some = length > 0x10000000 ? 0x10000000 : (ULONG)length;
        if (!SystemFunction036(buffer, some))
            return FALSE;
        buffer += some;
        length -= some;
    }
    return TRUE;
}
