//! The kinds of the tree's tokens and nodes, and which rule of the grammar makes each.

use crate::grammar::Rule;

/// What the tree builder does at a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RuleKind {
    /// A token whose kind its place tells, or that is several lexemes; other lexemes have a kind of their own.
    Token(SyntaxKind),
    Node(SyntaxKind),
    /// A node that is left out where it would hold a single part.
    Collapsible(SyntaxKind),
    Missing(Expected),
    Bad,
    /// Only its parts show up.
    Transparent,
}

macro_rules! kinds {
    (
        tokens { $($token:ident $token_text:literal)* }
        reserved { $($reserved:ident $reserved_text:literal)* }
        contextual { $($keyword:ident $keyword_text:literal)* }
        places { $($place_rule:ident $place:ident)* }
        nodes { $($node_rule:ident $node:ident)* }
        collapsible { $($collapsible_rule:ident $collapsible:ident)* }
        aliases { $($alias_rule:ident $alias:ident)* }
        missing { $($missing_rule:ident $missing:ident $missing_text:literal)* }
        bad { $($bad_rule:ident)* }
    ) => {
        /// The kind of a token or node of the tree. Token kinds come first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        pub enum SyntaxKind {
            #[doc = "Blanks and line ends."] WHITESPACE,
            #[doc = "`// …` to the end of the line."] COMMENT,
            $(#[doc = $token_text] $token,)*
            $(#[doc = concat!("The keyword `", $reserved_text, "`, reserved.")] $reserved,)*
            $(#[doc = concat!("The keyword `", $keyword_text, "`, a name where the grammar doesn't ask for it.")] $keyword,)*
            #[doc = "A whole file."] FILE,
            #[doc = "Tokens that fit nowhere."] ERROR,
            #[doc = "A statement that allows or denies."] PERMISSION,
            #[doc = "A `raw` statement."] RAW,
            $(#[doc = concat!("The node of the grammar's rule `", stringify!($node_rule), "`.")] $node,)*
            $(#[doc = concat!("The node of the grammar's rule `", stringify!($collapsible_rule), "`; never of a single part.")] $collapsible,)*
        }

        const ALL: &[SyntaxKind] = {
            use SyntaxKind::*;
            &[WHITESPACE, COMMENT, $($token,)* $($reserved,)* $($keyword,)* FILE, ERROR, PERMISSION, RAW, $($node,)* $($collapsible,)*]
        };

        /// The language's keywords, reserved ones and those that are keywords only where the grammar asks for them.
        pub const KEYWORDS: &[(&str, SyntaxKind)] =
            &[$(($reserved_text, SyntaxKind::$reserved),)* $(($keyword_text, SyntaxKind::$keyword),)*];

        /// How many of the keywords are reserved; they come first.
        pub(crate) const RESERVED_COUNT: usize = [$($reserved_text),*].len();

        /// A part that must follow and doesn't.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Expected {
            $(#[doc = concat!("Expected ", $missing_text, ".")] $missing,)*
        }

        impl Expected {
            /// The part in words, as in "expected a name".
            pub fn describe(self) -> &'static str {
                match self { $(Self::$missing => $missing_text,)* }
            }
        }

        pub(crate) fn rule_kind(rule: Rule) -> RuleKind {
            match rule {
                Rule::free_call_in => RuleKind::Collapsible(SyntaxKind::CALL_IN),
                $(Rule::$place_rule => RuleKind::Token(SyntaxKind::$place),)*
                $(Rule::$node_rule => RuleKind::Node(SyntaxKind::$node),)*
                $(Rule::$collapsible_rule => RuleKind::Collapsible(SyntaxKind::$collapsible),)*
                $(Rule::$alias_rule => RuleKind::Node(SyntaxKind::$alias),)*
                $(Rule::$missing_rule => RuleKind::Missing(Expected::$missing),)*
                $(Rule::$bad_rule => RuleKind::Bad,)*
                _ => RuleKind::Transparent,
            }
        }
    };
}

kinds! {

    tokens {
        NAME "A name."
        WORD "`prefix:rest`: an action or a condition key."
        HALF_WORD "`prefix:` with nothing after it."
        PREFIX "The `prefix:` before a brace."
        PATTERN "A pattern inside `prefix:{…}`."
        LEVEL "`@read` or `s3:@read`."
        LABEL "A statement's label with its colon."
        STRING "A string."
        BAD_STRING "A string that its line ends."
        BARE_ARN "An ARN without quotes."
        DATE "A date."
        DURATION "A number with a unit."
        NUMBER "A number."
        LBRACE "`{`."
        RBRACE "`}`."
        LBRACKET "`[`."
        RBRACKET "`]`."
        LPAREN "`(`."
        RPAREN "`)`."
        COMMA "`,`."
        COLON "`:`."
        DOT "`.`."
        EQUALS "`=`."
        STAR "`*`."
        QUESTION "`?`."
        EQ_EQ "`==`."
        NOT_EQ "`!=`."
        LT_EQ "`<=`."
        GT_EQ "`>=`."
        LT "`<`."
        GT "`>`."
        HASH_ALLOW "`#allow`."
        JUNK_CHAR "A character that begins no token."
        JSON_NUMBER "A number of a `raw` statement."
        JSON_WORD "`true`, `false` or `null` in a `raw` statement."
    }
    reserved {
        USE_KW "use"
        PARAM_KW "param"
        LET_KW "let"
        FOR_KW "for"
        ORGANIZATION_KW "organization"
        ACCOUNT_KW "account"
        ACCOUNT_POLICY_KW "account-policy"
        RESOURCE_KW "resource"
        EXTERN_KW "extern"
        POLICY_KW "policy"
        ROLE_KW "role"
        USER_KW "user"
        GROUP_KW "group"
        BOUNDARY_KW "boundary"
        SESSION_POLICY_KW "session-policy"
        OIDC_KW "oidc"
        SAML_KW "saml"
        PERMISSION_SET_KW "permission-set"
        SCP_KW "scp"
        RCP_KW "rcp"
        GRANT_KW "grant"
        TEST_KW "test"
        INVARIANT_KW "invariant"
        OPEN_KW "open"
        WITHIN_KW "within"
        TRUST_KW "trust"
        ATTACH_KW "attach"
        DETACH_KW "detach"
        SESSION_KW "session"
        INSTANCE_PROFILE_KW "instance-profile"
        TAGS_KW "tags"
        MEMBERS_KW "members"
        CONSOLE_KW "console"
        ACCESS_KEY_KW "access-key"
        AUDIENCE_KW "audience"
        METADATA_KW "metadata"
        ASSIGN_KW "assign"
        OU_KW "ou"
        GIVEN_KW "given"
        ALLOW_KW "allow"
        DENY_KW "deny"
        IF_KW "if"
        INCLUDE_KW "include"
        RAW_KW "raw"
        UNCHECKED_KW "unchecked"
        ON_KW "on"
        TO_KW "to"
        WHEN_KW "when"
        UNLESS_KW "unless"
        UNTIL_KW "until"
        ONLY_KW "only"
        WITH_KW "with"
        SERVICE_KW "service"
        ROOT_KW "root"
        ARN_KW "arn"
        CANONICAL_KW "canonical"
        ANONYMOUS_KW "anonymous"
        EXISTS_KW "exists"
        PRINCIPAL_KW "principal"
        CLAIM_KW "claim"
        ANY_KW "any"
        ALL_KW "all"
        NOT_KW "not"
        AND_KW "and"
        OR_KW "or"
        IN_KW "in"
        LIKE_KW "like"
        IS_KW "is"
        EXCEPT_KW "except"
        AS_KW "as"
        CAN_KW "can"
        CANNOT_KW "cannot"
        USING_KW "using"
        NO_KW "no"
        TRUE_KW "true"
        FALSE_KW "false"
        ABSENT_KW "absent"
    }
    contextual {
        MANAGEMENT_KW "management"
        NAMED_KW "named"
        PATH_KW "path"
        REGION_KW "region"
        ENCRYPTED_BY_KW "encrypted-by"
        ROTATE_KW "rotate"
        AWS_KW "aws"
        TERRAFORM_KW "terraform"
        CLOUDFORMATION_KW "cloudformation"
        ONE_KW "one"
        OUTSIDE_KW "outside"
        AT_KW "at"
        MOST_KW "most"
        ESCALATE_KW "escalate"
        PRIVILEGES_KW "privileges"
        ALWAYS_KW "always"
        ASSUME_KW "assume"
    }
    places {
        t_name NAME
        t_word WORD
        t_half_word HALF_WORD
        t_prefix PREFIX
        t_pattern PATTERN
        t_level LEVEL
        t_label LABEL
        t_json_number JSON_NUMBER
        t_json_word JSON_WORD
    }
    nodes {
        attribute ATTRIBUTE
        use_item USE_ITEM
        use_path USE_PATH
        use_group USE_GROUP
        within_item WITHIN_ITEM
        param_item PARAM_ITEM
        let_item LET_ITEM
        parameters PARAMETERS
        parameter PARAMETER
        list_type LIST_TYPE
        type_path TYPE_PATH
        for_item FOR_ITEM
        item_body ITEM_BODY
        organization_item ORGANIZATION_ITEM
        account_item ACCOUNT_ITEM
        node_body NODE_BODY
        account_node ACCOUNT_NODE
        ou_node OU_NODE
        detach DETACH
        declared DECLARED
        type_call TYPE_CALL
        foreign FOREIGN
        in_header IN_HEADER
        named_header NAMED_HEADER
        path_header PATH_HEADER
        region_header REGION_HEADER
        encrypted_by_header ENCRYPTED_BY_HEADER
        path PATH
        scope SCOPE
        place PLACE
        place_list PLACE_LIST
        listed_place LISTED_PLACE
        member_body MEMBER_BODY
        statement_body STATEMENT_BODY
        on_clause ON_CLAUSE
        to_clause TO_CLAUSE
        when_clause WHEN_CLAUSE
        unless_clause UNLESS_CLAUSE
        until_clause UNTIL_CLAUSE
        only_clause ONLY_CLAUSE
        if_statement IF_STATEMENT
        include INCLUDE
        trust TRUST
        with_names WITH_NAMES
        attach ATTACH
        attachment ATTACHMENT
        boundary BOUNDARY
        session SESSION
        instance_profile INSTANCE_PROFILE
        tags TAGS
        tag TAG
        members MEMBERS
        console CONSOLE
        access_key ACCESS_KEY
        audience AUDIENCE
        metadata METADATA
        assign ASSIGN
        json_object JSON_OBJECT
        json_member JSON_MEMBER
        json_array JSON_ARRAY
        exprs EXPRS
        negation NEGATION
        exists EXISTS
        claim CLAIM
        principal_is PRINCIPAL_IS
        compare COMPARE
        group GROUP
        unchecked UNCHECKED
        parenthesized PARENTHESIZED
        bracketed BRACKETED
        aws_ref AWS_REF
        principal PRINCIPAL
        call CALL
        index INDEX
        arguments ARGUMENTS
        grant_item GRANT_ITEM
        test_item TEST_ITEM
        test_body TEST_BODY
        given GIVEN
        context CONTEXT
        binding BINDING
        assertion ASSERTION
        using USING
        as_role AS_ROLE
        asked ASKED
        with_context WITH_CONTEXT
        invariant_item INVARIANT_ITEM
        invariant_body INVARIANT_BODY
        claim_line CLAIM_LINE
        subject SUBJECT
        no_one NO_ONE
        can CAN
        cannot CANNOT
        at_most AT_MOST
        escalate ESCALATE
    }
    collapsible {
        expr EXPR
        condition CONDITION
        test TEST
        call_in CALL_IN
        word_call WORD_CALL
    }
    aliases {
        free_call CALL
        own_account CALL
        permission PERMISSION
        labelled_permission PERMISSION
        raw RAW
        labelled_raw RAW
        labelled_other ERROR
        half_binding BINDING
        half_tag TAG
    }
    missing {
        missing_name Name "a name"
        missing_type Type "a type"
        missing_value Value "a value"
        missing_string String "a string"
        missing_equals Equals "`=`"
        missing_colon Colon "`:`"
        missing_in In "`in`"
        missing_is Is "`is`"
        missing_body Body "`{`"
        missing_rbrace Rbrace "`}`"
        missing_rbracket Rbracket "`]`"
        missing_rparen Rparen "`)`"
        missing_lparen Lparen "`(`"
        missing_comma Comma "`,`"
        missing_scope Scope "an account, `ou` or `organization`"
        missing_actions Actions "an action"
        missing_resources Resources "a resource"
        missing_principals Principals "a principal"
        missing_condition Condition "a condition"
        missing_date Date "a date"
        missing_list List "a list"
        missing_pattern Pattern "an action name"
        missing_statement Statement "`allow`, `deny` or `raw`"
        missing_item Item "an item"
        missing_json Json "a JSON object"
        missing_subject Subject "a principal"
        missing_verb Verb "`can` or `cannot`"
        missing_asked Asked "an action or `assume`"
        missing_word Word "a word"
    }
    bad {
        bad_item
        bad_nested
        bad_member
        bad_header
        bad_line
        bad_in_list
        bad_parameters
        bad_bindings
        bad_in_context
        bad_values
        bad_tuple
        bad_group
        bad_bracket
        bad_json
        bad_verb
    }
}

impl SyntaxKind {
    /// Whether it is white space or a comment.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::WHITESPACE | Self::COMMENT)
    }

    /// Whether it is a keyword that no name of the user's may be.
    pub fn is_reserved(self) -> bool {
        KEYWORDS.iter().take(RESERVED_COUNT).any(|(_, kind)| *kind == self)
    }

    /// The kind with the number `raw`; `ERROR` for a number of none.
    pub(crate) fn from_raw(raw: u16) -> Self {
        ALL.get(usize::from(raw)).copied().unwrap_or(Self::ERROR)
    }

    /// The keyword's text, or `None` for any other kind.
    pub fn keyword(self) -> Option<&'static str> {
        KEYWORDS.iter().find(|(_, kind)| *kind == self).map(|(text, _)| *text)
    }
}
