;; What Windows is told of Thawsum: the entries in Explorer's menus, and which files it opens.
;; An installer includes this file and calls ThawsumRegister after it has copied thawsum.exe to
;; $INSTDIR, and ThawsumUnregister when it removes it. Both work for one user or for all, whichever
;; SetShellVarContext says; the default is one user, which needs no administrator.
;;
;; No checksum extension is taken from the program that has it: Thawsum is offered beside it.

!define THAWSUM_CLASSES "Software\Classes"
!define THAWSUM_PROGID "Thawsum.ChecksumFile"
!define THAWSUM_VERB "Checksum with Thawsum"
!define THAWSUM_EXE "$INSTDIR\thawsum.exe"

;; The extensions of checksum files. Not csv and json: few such files are lists of checksums.
!macro ThawsumEachExtension DO
  !insertmacro ${DO} "sha256"
  !insertmacro ${DO} "sha224"
  !insertmacro ${DO} "sha384"
  !insertmacro ${DO} "sha512"
  !insertmacro ${DO} "sha512-224"
  !insertmacro ${DO} "sha512-256"
  !insertmacro ${DO} "sha3-224"
  !insertmacro ${DO} "sha3-256"
  !insertmacro ${DO} "sha3-384"
  !insertmacro ${DO} "sha3-512"
  !insertmacro ${DO} "blake2b"
  !insertmacro ${DO} "blake2b-256"
  !insertmacro ${DO} "blake3"
  !insertmacro ${DO} "sm3"
  !insertmacro ${DO} "sha1"
  !insertmacro ${DO} "md5"
  !insertmacro ${DO} "crc32"
  !insertmacro ${DO} "b2"
  !insertmacro ${DO} "b3"
  !insertmacro ${DO} "md5sum"
  !insertmacro ${DO} "sha1sum"
  !insertmacro ${DO} "sha224sum"
  !insertmacro ${DO} "sha256sum"
  !insertmacro ${DO} "sha384sum"
  !insertmacro ${DO} "sha512sum"
  !insertmacro ${DO} "b2sum"
  !insertmacro ${DO} "b3sum"
  !insertmacro ${DO} "sfv"
  !insertmacro ${DO} "hashdeep"
  !insertmacro ${DO} "sums"
!macroend

;; An entry in a menu. ARGUMENT is what Explorer puts the path into. Explorer would start one
;; window for each of several selected files, so the entry is for one; Send to takes them all.
!macro ThawsumAddVerb CLASS ARGUMENT
  WriteRegStr SHCTX "${THAWSUM_CLASSES}\${CLASS}\shell\Thawsum" "MUIVerb" "${THAWSUM_VERB}"
  WriteRegStr SHCTX "${THAWSUM_CLASSES}\${CLASS}\shell\Thawsum" "Icon" "${THAWSUM_EXE},0"
  WriteRegStr SHCTX "${THAWSUM_CLASSES}\${CLASS}\shell\Thawsum" "MultiSelectModel" "Single"
  WriteRegStr SHCTX "${THAWSUM_CLASSES}\${CLASS}\shell\Thawsum\command" "" '"${THAWSUM_EXE}" "${ARGUMENT}"'
!macroend

!macro ThawsumRemoveVerb CLASS
  DeleteRegKey SHCTX "${THAWSUM_CLASSES}\${CLASS}\shell\Thawsum"
!macroend

!macro ThawsumAddExtension EXTENSION
  WriteRegStr SHCTX "${THAWSUM_CLASSES}\.${EXTENSION}\OpenWithProgids" "${THAWSUM_PROGID}" ""
  WriteRegStr SHCTX "${THAWSUM_CLASSES}\Applications\thawsum.exe\SupportedTypes" ".${EXTENSION}" ""
  WriteRegStr SHCTX "Software\Thawsum\Capabilities\FileAssociations" ".${EXTENSION}" "${THAWSUM_PROGID}"
!macroend

;; Other programs may have an extension too, so only what is empty afterwards goes.
!macro ThawsumRemoveExtension EXTENSION
  DeleteRegValue SHCTX "${THAWSUM_CLASSES}\.${EXTENSION}\OpenWithProgids" "${THAWSUM_PROGID}"
  DeleteRegKey /ifempty SHCTX "${THAWSUM_CLASSES}\.${EXTENSION}\OpenWithProgids"
  DeleteRegKey /ifempty SHCTX "${THAWSUM_CLASSES}\.${EXTENSION}"
!macroend

;; Explorer looks again at what opens what: SHCNE_ASSOCCHANGED.
!macro ThawsumTellExplorer
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

!macro ThawsumRegister
  ; A drive is given as C:\, whose backslash would take the quotation mark after it for its own;
  ; with \. behind it, it does not, and the path means the same.
  !insertmacro ThawsumAddVerb "*" "%1"
  !insertmacro ThawsumAddVerb "Directory" "%1"
  !insertmacro ThawsumAddVerb "Directory\Background" "%V\."
  !insertmacro ThawsumAddVerb "Drive" "%1\."

  WriteRegStr SHCTX "${THAWSUM_CLASSES}\${THAWSUM_PROGID}" "" "Checksum file"
  WriteRegStr SHCTX "${THAWSUM_CLASSES}\${THAWSUM_PROGID}\DefaultIcon" "" "${THAWSUM_EXE},0"
  WriteRegStr SHCTX "${THAWSUM_CLASSES}\${THAWSUM_PROGID}\shell\open" "MUIVerb" "Open with Thawsum"
  WriteRegStr SHCTX "${THAWSUM_CLASSES}\${THAWSUM_PROGID}\shell\open\command" "" '"${THAWSUM_EXE}" "%1"'

  WriteRegStr SHCTX "${THAWSUM_CLASSES}\Applications\thawsum.exe" "FriendlyAppName" "Thawsum"
  WriteRegStr SHCTX "${THAWSUM_CLASSES}\Applications\thawsum.exe\shell\open\command" "" '"${THAWSUM_EXE}" "%1"'
  WriteRegStr SHCTX "Software\Thawsum\Capabilities" "ApplicationName" "Thawsum"
  WriteRegStr SHCTX "Software\Thawsum\Capabilities" "ApplicationDescription" "Checksum and verify files and folders"
  WriteRegStr SHCTX "Software\RegisteredApplications" "Thawsum" "Software\Thawsum\Capabilities"
  WriteRegStr SHCTX "Software\Microsoft\Windows\CurrentVersion\App Paths\thawsum.exe" "" "${THAWSUM_EXE}"
  !insertmacro ThawsumEachExtension ThawsumAddExtension

  CreateShortcut "$SENDTO\Thawsum.lnk" "${THAWSUM_EXE}"
  !insertmacro ThawsumTellExplorer
!macroend

!macro ThawsumUnregister
  !insertmacro ThawsumRemoveVerb "*"
  !insertmacro ThawsumRemoveVerb "Directory"
  !insertmacro ThawsumRemoveVerb "Directory\Background"
  !insertmacro ThawsumRemoveVerb "Drive"

  DeleteRegKey SHCTX "${THAWSUM_CLASSES}\${THAWSUM_PROGID}"
  DeleteRegKey SHCTX "${THAWSUM_CLASSES}\Applications\thawsum.exe"
  DeleteRegKey SHCTX "Software\Thawsum\Capabilities"
  DeleteRegKey /ifempty SHCTX "Software\Thawsum"
  DeleteRegValue SHCTX "Software\RegisteredApplications" "Thawsum"
  DeleteRegKey SHCTX "Software\Microsoft\Windows\CurrentVersion\App Paths\thawsum.exe"
  !insertmacro ThawsumEachExtension ThawsumRemoveExtension

  Delete "$SENDTO\Thawsum.lnk"
  !insertmacro ThawsumTellExplorer
!macroend
