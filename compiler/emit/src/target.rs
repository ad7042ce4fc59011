/// A form that the output is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// IAM's own JSON documents.
    Json,
    /// Terraform in JSON.
    Terraform,
    /// A template for `CloudFormation`; nothing is written for it yet.
    CloudFormation,
}

impl Target {
    /// Every target.
    pub const ALL: [Self; 3] = [Self::Json, Self::Terraform, Self::CloudFormation];

    /// Its name, in `iamx.toml` and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Terraform => "terraform",
            Self::CloudFormation => "cloudformation",
        }
    }

    /// Whether this version writes it.
    pub fn is_written(self) -> bool {
        self != Self::CloudFormation
    }

    /// Whether what is written can find out the id of the account that it is deployed to.
    pub fn knows_its_account(self) -> bool {
        self != Self::Json
    }
}
