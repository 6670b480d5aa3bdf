; Offers Kindred under "Open with" for lists, without becoming what opens them.

!macro NSIS_HOOK_POSTINSTALL
  WriteRegStr SHCTX "Software\Classes\Applications\${MAINBINARYNAME}.exe" "FriendlyAppName" "${PRODUCTNAME}"
  WriteRegStr SHCTX "Software\Classes\Applications\${MAINBINARYNAME}.exe\shell\open\command" "" '"$INSTDIR\${MAINBINARYNAME}.exe" "%1"'
  !define LISTS "Software\Classes\Applications\${MAINBINARYNAME}.exe\SupportedTypes"
  WriteRegStr SHCTX "${LISTS}" ".kindred" ""
  WriteRegStr SHCTX "${LISTS}" ".txt" ""
  WriteRegStr SHCTX "${LISTS}" ".csv" ""
  WriteRegStr SHCTX "${LISTS}" ".tsv" ""
  WriteRegStr SHCTX "${LISTS}" ".xlsx" ""
  WriteRegStr SHCTX "${LISTS}" ".ods" ""
  WriteRegStr SHCTX "${LISTS}" ".json" ""
  WriteRegStr SHCTX "${LISTS}" ".jsonl" ""
  WriteRegStr SHCTX "${LISTS}" ".docx" ""
  WriteRegStr SHCTX "${LISTS}" ".md" ""
  WriteRegStr SHCTX "${LISTS}" ".html" ""
  WriteRegStr SHCTX "${LISTS}" ".parquet" ""
!macroend

!macro NSIS_HOOK_POSTUNINSTALL
  DeleteRegKey SHCTX "Software\Classes\Applications\${MAINBINARYNAME}.exe"
!macroend
