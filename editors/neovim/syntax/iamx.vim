" What colours a file without the language server. Where Neovim shows semantic tokens (0.9 and later), those lie over it.
" The keywords are those of compiler/syntax/src/kind.rs: tests/tests/editors.rs compares.
if exists('b:current_syntax')
  finish
endif

" Names have hyphens: `from` in `from-networks` is no word of its own.
syntax iskeyword @,48-57,_,-

syntax keyword iamxKeyword use param let for organization account account-policy resource extern policy role user group
syntax keyword iamxKeyword boundary session-policy oidc saml permission-set scp rcp grant test invariant open within
syntax keyword iamxKeyword trust attach detach session instance-profile tags members console access-key audience metadata
syntax keyword iamxKeyword assign ou given allow deny if include raw unchecked on to when unless until only with service
syntax keyword iamxKeyword root arn canonical anonymous exists principal claim any all not and or in like is except as can
syntax keyword iamxKeyword cannot using no true false absent
" Keywords where the grammar asks for them, elsewhere names.
syntax keyword iamxContextual management named path region encrypted-by rotate aws terraform cloudformation one outside at
syntax keyword iamxContextual most escalate privileges always assume

syntax match iamxNumber /\v<-?\d+(\.\d+)?[a-zA-Z]*>/
syntax match iamxDate /\v<\d{4}-\d{1,2}-\d{1,2}(T[0-9:.Z+-]*)?>/
syntax match iamxOperator /\v[=!<>]\=|[=<>*?]/

" A child of a resource, a member of a module: `parts.object` and `token.sub` are never keywords.
syntax match iamxMember /\.\zs\h[0-9A-Za-z_-]*/
" `s3:GetObject`, `aws:PrincipalTag/team`, `s3:@read`, `@write`.
syntax match iamxWord /\v<\h[0-9A-Za-z_.-]*:[0-9A-Za-z_*?-][0-9A-Za-z_.*?/:-]*/
syntax match iamxWord /\v<\h[0-9A-Za-z_-]*:\ze\{/
syntax match iamxLevel /\v%(<\h[0-9A-Za-z_-]*:)?\@\h[0-9A-Za-z_-]*/
" `ReadReports: allow …`
syntax match iamxLabel /\v^\s*\zs[0-9A-Za-z_-]+\ze:\s/

syntax region iamxString start=/"/ skip=/\\./ end=/"\|$/ contains=iamxVariable,@NoSpell
syntax match iamxVariable /\${[^}"]*}/ contained
syntax match iamxAttribute /#[0-9A-Za-z_-]*/
syntax match iamxComment +//.*+ contains=iamxTodo,@Spell
syntax match iamxDocComment +///.*+ contains=iamxTodo,@Spell
syntax keyword iamxTodo TODO FIXME contained

highlight default link iamxKeyword Keyword
highlight default link iamxContextual Keyword
highlight default link iamxNumber Number
highlight default link iamxDate Number
highlight default link iamxOperator Operator
highlight default link iamxMember Normal
highlight default link iamxWord Function
highlight default link iamxLevel Function
highlight default link iamxLabel Label
highlight default link iamxString String
highlight default link iamxVariable Special
highlight default link iamxAttribute PreProc
highlight default link iamxComment Comment
highlight default link iamxDocComment SpecialComment
highlight default link iamxTodo Todo

let b:current_syntax = 'iamx'
