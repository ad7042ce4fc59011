if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal commentstring=//\ %s
setlocal comments=:///,://
setlocal formatoptions-=t formatoptions+=croql
setlocal expandtab shiftwidth=2 softtabstop=2 tabstop=2
" `instance-profile` and `from-networks` are one word.
setlocal iskeyword+=-

let b:undo_ftplugin = 'setlocal commentstring< comments< formatoptions< expandtab< shiftwidth< softtabstop< tabstop< iskeyword<'

if has('nvim-0.7')
  command! -buffer IamxCompiled lua require('iamx').compiled()
  let b:undo_ftplugin .= '| delcommand -buffer IamxCompiled'
  lua require('iamx').opened()
endif
