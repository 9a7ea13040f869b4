;; The installer for one user, by NSIS. packaging/windows/build.sh calls makensis with
;;
;;     VERSION    as in Cargo.toml
;;     CONTENTS   the folder with what is installed
;;     LISTS      the folder with files.nsh: ThawsumInstallFiles and ThawsumRemoveFiles
;;     ICON       the program's icon
;;     OUTPUT     the installer
;;     TARGET     amd64-unicode, where this makensis has it: wine without 32-bit programs runs no other.
;;                NSIS's own release for Windows has x86-unicode alone, which does the same on Windows
;;
;; Without a question (/S) and into another folder (/D=C:\..., the last argument) it does the same.
;; For all users of a machine there is the .msi, which administrators can distribute.

Unicode true
Target ${TARGET}

!include LogicLib.nsh
!include MUI2.nsh
!include FileFunc.nsh
!include WinVer.nsh
!include WinMessages.nsh
!include x64.nsh
!include "${LISTS}/files.nsh"
!include registry.nsh
!include path.nsh

!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Thawsum"

Name "Thawsum"
BrandingText "Thawsum ${VERSION}"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\Thawsum"
; Where it is already.
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
RequestExecutionLevel user
SetCompressor /SOLID lzma
; As large as the program, so that its twin, which differs in two bytes, costs nothing.
SetCompressorDictSize 64
ManifestDPIAware true
ManifestSupportedOS Win10

VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
VIAddVersionKey /LANG=1033 "ProductName" "Thawsum"
VIAddVersionKey /LANG=1033 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "FileDescription" "Installs Thawsum"
VIAddVersionKey /LANG=1033 "CompanyName" "The Thawsum developers"
VIAddVersionKey /LANG=1033 "LegalCopyright" "Copyright © 2026 The Thawsum developers"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\thawsum.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Open Thawsum"
!define MUI_UNCONFIRMPAGE_TEXT_TOP "Thawsum will be removed from this computer. Its settings stay, for the case that it comes back."
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

;; Ends here, with nothing changed, while a program in FOLDER runs: Windows lets nobody write to its
;; file. Asked of the file and not of a list of processes, which knows no folders.
!macro ThawsumInsistOnClosed FOLDER PROGRAM
  !define THAWSUM_PLACE ${__COUNTER__}
  look_${THAWSUM_PLACE}:
  IfFileExists "${FOLDER}\${PROGRAM}" 0 closed_${THAWSUM_PLACE}
  ClearErrors
  FileOpen $0 "${FOLDER}\${PROGRAM}" a
  IfErrors 0 free_${THAWSUM_PLACE}
  ; Without a question, nobody is there to close it.
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION \
    "Thawsum is running, so its file cannot be replaced or removed:$\r$\n${FOLDER}\${PROGRAM}$\r$\n$\r$\nPlease close its windows, wait for what it does in terminals, then choose Retry." \
    /SD IDCANCEL IDRETRY look_${THAWSUM_PLACE}
  SetErrorLevel 3
  Quit
  free_${THAWSUM_PLACE}:
  FileClose $0
  closed_${THAWSUM_PLACE}:
  !undef THAWSUM_PLACE
!macroend

Function .onInit
  ${IfNot} ${AtLeastWin10}
  ${OrIfNot} ${RunningX64}
    MessageBox MB_OK|MB_ICONSTOP "Thawsum needs Windows 10 or newer, of 64 bits." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
FunctionEnd

;; What was installed before goes by its own uninstaller, which alone knows all of its files. It may be
;; in another folder. Settings are not among what it removes.
Function RemoveOlder
  ReadRegStr $R9 HKCU "${UNINSTALL_KEY}" "InstallLocation"
  ${If} $R9 == ""
    Return
  ${EndIf}
  !insertmacro ThawsumInsistOnClosed "$R9" "thawsum.exe"
  !insertmacro ThawsumInsistOnClosed "$R9" "thawsum.com"
  ${If} ${FileExists} "$R9\uninstall.exe"
    DetailPrint "Removing the version that is there"
    ; _? has it run from where it is, so that it can be waited for. Then it cannot remove itself.
    ExecWait '"$R9\uninstall.exe" /S _?=$R9'
    Delete "$R9\uninstall.exe"
    RMDir "$R9"
  ${EndIf}
FunctionEnd

Section "Thawsum"
  !insertmacro ThawsumInsistOnClosed "$INSTDIR" "thawsum.exe"
  !insertmacro ThawsumInsistOnClosed "$INSTDIR" "thawsum.com"
  Call RemoveOlder

  !insertmacro ThawsumInstallFiles
  WriteUninstaller "$INSTDIR\uninstall.exe"
  !insertmacro ThawsumRegister
  CreateShortcut "$SMPROGRAMS\Thawsum.lnk" "$INSTDIR\thawsum.exe" "" "$INSTDIR\thawsum.exe" 0 SW_SHOWNORMAL "" "Checksum, verify and compare folders"

  ; Settings > Apps, and whoever removes programs without a question.
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "Thawsum"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\thawsum.exe,0"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The Thawsum developers"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" $0

  ; Last, as it is what a failure before it should not leave behind. Whether it is ours to take out
  ; again is noted: the folder may have been there before.
  !insertmacro ThawsumAddToPath "$INSTDIR" $R9
  ${If} $R9 == 1
    WriteRegStr HKCU "${UNINSTALL_KEY}" "AddedToPath" "$INSTDIR"
  ${EndIf}
SectionEnd

Section "Uninstall"
  !insertmacro ThawsumInsistOnClosed "$INSTDIR" "thawsum.exe"
  !insertmacro ThawsumInsistOnClosed "$INSTDIR" "thawsum.com"

  ReadRegStr $R9 HKCU "${UNINSTALL_KEY}" "AddedToPath"
  ${If} $R9 != ""
    !insertmacro ThawsumRemoveFromPath "$R9"
  ${EndIf}
  !insertmacro ThawsumUnregister
  Delete "$SMPROGRAMS\Thawsum.lnk"
  !insertmacro ThawsumRemoveFiles
  Delete "$INSTDIR\uninstall.exe"
  ; Only if it is empty: what somebody else put there is not ours.
  RMDir "$INSTDIR"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
SectionEnd
