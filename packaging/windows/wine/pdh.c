/* The performance counters, which wine 8 ends a program for asking about. Here every question fails, as
   on a Windows whose counters are damaged: the window shows no load of the cores. For tests under wine
   only; nothing that is shipped has it. */
#include <windows.h>

#define NOTHING_MEASURED ((LONG)0x800007D5) /* PDH_NO_DATA */
#define FAILS(name) __declspec(dllexport) LONG WINAPI name(void) { return NOTHING_MEASURED; }

/* On x86-64 the caller clears the stack, so none needs its arguments. */
FAILS(PdhAddEnglishCounterW)
FAILS(PdhCloseQuery)
FAILS(PdhCollectQueryData)
FAILS(PdhCollectQueryDataEx)
FAILS(PdhEnumObjectsW)
FAILS(PdhGetFormattedCounterArrayW)
FAILS(PdhGetFormattedCounterValue)
FAILS(PdhOpenQueryA)
FAILS(PdhOpenQueryW)
FAILS(PdhRemoveCounter)
