" Lines as `iamx fmt` indents them, as far as the line's beginning and the brackets around it tell; `iamx fmt` has the last word.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=IamxIndent(v:lnum)
setlocal indentkeys=0},0],0),!^F,o,O
setlocal nosmartindent
let b:undo_indent = 'setlocal indentexpr< indentkeys< smartindent<'

if exists('*IamxIndent')
  finish
endif

" What goes on with a statement, and with the head of an item.
let s:clause = '\v^\s*(on|to|when|unless|until|only)>'
let s:head = '\v^\s*(region|encrypted-by|named|path)>'

function! s:IsText() abort
  return synIDattr(synID(line('.'), col('.'), 1), 'name') =~# 'String\|Comment'
endfunction

function! IamxIndent(lnum) abort
  let line = getline(a:lnum)
  let closes = line =~# '^\s*[]})]'
  call cursor(a:lnum, 1)
  let [open, column] = searchpairpos('[[({]', '', '[])}]', 'bnW', 's:IsText()', 0, 200)
  if open == 0
    return shiftwidth() * (line =~# s:head ? 2 : line =~# s:clause ? 1 : 0)
  endif
  let opening = getline(open)
  let indentation = indent(open)
  if opening =~# s:head
    let indentation = max([0, indentation - 2 * shiftwidth()])
  elseif opening[: column - 1] =~# ':{$' && opening !~# '^\s*\S*:{'
    " Actions in braces are a part of their statement, and stand further in than its clauses.
    let indentation += shiftwidth()
    return closes ? indentation : indentation + shiftwidth()
  endif
  if closes
    return indentation
  endif
  return indentation + shiftwidth() * (line =~# s:clause ? 2 : 1)
endfunction
