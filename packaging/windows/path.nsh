;; The PATH of the user: one folder is put at its end and taken out again.
;;
;;     ThawsumAddToPath FOLDER ADDED     ADDED becomes 1 if it was put there, 0 if it was there before
;;     ThawsumRemoveFromPath FOLDER
;;
;; In memory of the System plugin, not in variables of NSIS: those hold 1,023 characters, and a longer
;; PATH would come back cut off. The value keeps its type, and everything in it that is not ours.
;; setx is no way either: it cuts at 1,024 and writes the system's PATH into the user's.

!define THAWSUM_ENVIRONMENT "Environment"

;; Opens the key as $R1 and reads the value as ";value;" into memory at $R2, so that a folder in it is
;; found as ";folder;", be it the first or the last. $R3 is its type. ROOM is for how many characters
;; more there is room. $R2 is 0 where the value is no text, which is not ours to touch. $0 to $3 and $R1 to $R8 are used up.
!macro _ThawsumReadPath ROOM
  StrCpy $R2 0
  ; HKEY_CURRENT_USER; KEY_READ and KEY_WRITE. The key is there for every user; if not, it is made.
  System::Call 'advapi32::RegCreateKeyExW(p 0x80000001, w "${THAWSUM_ENVIRONMENT}", i 0, p 0, i 0, i 0x2001F, p 0, *p .R1, p 0) i .r0'
  ${If} $0 == 0
    StrCpy $R4 0
    System::Call 'advapi32::RegQueryValueExW(p R1, w "Path", p 0, *i .R3, p 0, *i 0 R4) i .r0'
    ${If} $0 == 2 ; ERROR_FILE_NOT_FOUND: a user who has none yet.
      StrCpy $R3 2
      StrCpy $R4 0
      StrCpy $0 0
    ${EndIf}
    ; REG_SZ and REG_EXPAND_SZ
    ${If} $0 == 0
    ${AndIf} $R3 >= 1
    ${AndIf} $R3 <= 2
      IntOp $0 ${ROOM} * 2
      IntOp $0 $0 + $R4
      IntOp $0 $0 + 16
      System::Alloc $0 ; filled with zeros
      Pop $R2
      System::Call 'kernel32::lstrcpyW(p R2, w ";")'
      ${If} $R4 > 0
        IntPtrOp $0 $R2 + 2
        System::Call 'advapi32::RegQueryValueExW(p R1, w "Path", p 0, p 0, p r0, *i R4 R4) i .r0'
        ${If} $0 != 0
          System::Free $R2
          StrCpy $R2 0
        ${EndIf}
      ${EndIf}
      ${If} $R2 != 0
        System::Call 'kernel32::lstrcatW(p R2, w ";")'
      ${EndIf}
    ${EndIf}
  ${EndIf}
!macroend

;; Writes the text at FROM as the value, and says so to the programs that run: Explorer then gives it
;; to what it starts from now on. $0 is 0 if that was done.
!macro _ThawsumWritePath FROM
  System::Call 'kernel32::lstrlenW(p ${FROM}) i .r1'
  ${If} $1 == 0
    System::Call 'advapi32::RegDeleteValueW(p R1, w "Path") i .r0'
  ${Else}
    IntOp $1 $1 + 1
    IntOp $1 $1 * 2
    System::Call 'advapi32::RegSetValueExW(p R1, w "Path", p 0, i R3, p ${FROM}, i r1) i .r0'
  ${EndIf}
  SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
!macroend

!macro _ThawsumClosePath
  ${If} $R2 != 0
    System::Free $R2
  ${EndIf}
  System::Call 'advapi32::RegCloseKey(p R1)'
!macroend

!macro ThawsumAddToPath FOLDER ADDED
  StrCpy $R5 "${FOLDER}"
  StrCpy $R6 0
  StrLen $R7 $R5
  !insertmacro _ThawsumReadPath $R7
  ${If} $R2 != 0
    StrCpy $R8 ";$R5;"
    System::Call 'shlwapi::StrStrIW(p R2, w R8) p .r2'
    ${If} $2 == 0
      ; ";value;folder" without its first; where there was none, ";;folder" without its first two.
      System::Call 'kernel32::lstrlenW(p R2) i .r1'
      System::Call 'kernel32::lstrcatW(p R2, w R5)'
      IntPtrOp $2 $R2 + 2
      ${If} $1 == 2
        IntPtrOp $2 $2 + 2
      ${EndIf}
      !insertmacro _ThawsumWritePath r2
      ${If} $0 == 0
        StrCpy $R6 1
      ${EndIf}
    ${EndIf}
  ${EndIf}
  !insertmacro _ThawsumClosePath
  StrCpy ${ADDED} $R6
!macroend

!macro ThawsumRemoveFromPath FOLDER
  StrCpy $R5 "${FOLDER}"
  !insertmacro _ThawsumReadPath 0
  ${If} $R2 != 0
    StrCpy $R8 ";$R5;"
    System::Call 'shlwapi::StrStrIW(p R2, w R8) p .r2'
    ${If} $2 != 0
      ; What follows ";folder", its terminator too, moves to where that began.
      StrLen $0 $R5
      IntOp $0 $0 + 1
      IntOp $0 $0 * 2
      IntPtrOp $3 $2 + $0
      System::Call 'kernel32::lstrlenW(p r3) i .r1'
      IntOp $1 $1 + 1
      IntOp $1 $1 * 2
      System::Call 'ntdll::RtlMoveMemory(p r2, p r3, p r1)'
      ; The semicolon that was put behind it goes too, and the one before it is not written.
      System::Call 'kernel32::lstrlenW(p R2) i .r1'
      IntPtrOp $2 $R2 + 2
      ${If} $1 <= 1
        IntPtrOp $2 $R2 + 0
        System::Call '*$2(&i2 0)'
      ${Else}
        IntOp $1 $1 - 1
        IntOp $1 $1 * 2
        IntPtrOp $3 $R2 + $1
        System::Call '*$3(&i2 0)'
      ${EndIf}
      !insertmacro _ThawsumWritePath r2
    ${EndIf}
  ${EndIf}
  !insertmacro _ThawsumClosePath
!macroend
